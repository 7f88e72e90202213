"""The samples behind a number of a split: those of a class, of a cell of the confusion matrix, of a bar. No torch.

A pick is written as a word, so that a link and a command name the same samples: ``class-3``, ``cell-3-5`` (true class
3, taken for 5), ``right-17`` and ``wrong-17`` (a bar of the histogram of confidence), ``losses``, ``unsure``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.quality import SMALLEST

BARS = 20  # of equal width, of the probability of the predicted class; a bar holds its upper end
_NUMBERS = {"class": 1, "cell": 2, "right": 1, "wrong": 1, "losses": 0, "unsure": 0}
_LONGEST = 40  # characters of an address that are looked at


@dataclass(frozen=True)
class Pick:
    kind: str
    numbers: tuple[int, ...] = ()

    @property
    def word(self) -> str:
        return "-".join([self.kind, *map(str, self.numbers)])


def parse(word: str, classes: int) -> Pick:
    """Raises ``LabError`` ("unknown_images") for what names no samples of a split with ``classes`` classes."""
    kind, *parts = word[:_LONGEST].split("-")
    most = BARS if kind in ("right", "wrong") else classes
    fits = len(parts) == _NUMBERS.get(kind, -1)
    if not fits or not all(part.isascii() and part.isdecimal() and int(part) < most for part in parts):
        raise LabError("unknown_images", field="--images", value=word[:_LONGEST], classes=classes - 1, bars=BARS - 1)
    return Pick(kind, tuple(map(int, parts)))


def places(judged: Judged, pick: Pick) -> NDArray[np.int64]:
    """Places in the split, in the order in which they are worth looking at.

    Of a class its mistakes first; of a cell and of mistakes the most confident first; otherwise the least confident.
    """
    sure, numbers = judged.confidence.astype(np.float64), pick.numbers
    if pick.kind == "class":
        chosen = np.flatnonzero(judged.known & (judged.labels == numbers[0]))
        wrong = judged.wrong[chosen]
        return _sorted(chosen, ~wrong, np.where(wrong, -sure[chosen], sure[chosen]))
    if pick.kind == "cell":
        chosen = np.flatnonzero(judged.known & (judged.labels == numbers[0]) & (judged.predictions == numbers[1]))
        return _sorted(chosen, -sure[chosen])
    if pick.kind == "losses":
        chosen = np.flatnonzero(judged.known)
        return _sorted(chosen, -losses(judged)[chosen])
    if pick.kind == "unsure":
        chosen = np.arange(len(judged))
        return _sorted(chosen, sure)
    kept = judged.right if pick.kind == "right" else judged.wrong
    chosen = np.flatnonzero(kept & (bars(judged) == numbers[0]))
    return _sorted(chosen, -sure[chosen] if pick.kind == "wrong" else sure[chosen])


def losses(judged: Judged) -> NDArray[np.float64]:
    """[N] minus the logarithm of the probability of the true class; NaN where it is not known."""
    found = np.full(len(judged), np.nan)
    known = np.flatnonzero(judged.known)
    of_truth = judged.probabilities[known, judged.labels[known]].astype(np.float64)
    found[known] = -np.log(np.maximum(of_truth, SMALLEST))
    return found


def bars(judged: Judged) -> NDArray[np.int64]:
    """[N] the bar of each sample, from 0."""
    return np.clip(np.ceil(judged.confidence.astype(np.float64) * BARS).astype(np.int64) - 1, 0, BARS - 1)


def histogram(judged: Judged) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[BARS] samples that are right and that are wrong; those without a label are in neither."""
    found = bars(judged)
    right, wrong = (np.bincount(found[kept], minlength=BARS) for kept in (judged.right, judged.wrong))
    return right, wrong


def _sorted(chosen: NDArray[np.int64], *keys: NDArray[np.generic]) -> NDArray[np.int64]:
    """By the first key, then the second; what is alike stays in the split's order."""
    order: NDArray[np.int64] = chosen[np.lexsort(keys[::-1])]
    return order
