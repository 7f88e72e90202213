"""Areas under curves of ranks, for a split as it is and for thousands of draws of it at once.

Images are sorted once by their score; images with one score form a step, so that ties count as scikit-learn counts
them. A draw is how often each image was taken, and changes the height of the steps only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_CHUNK = 25  # draws at once, so that they stay in the processor's cache


@dataclass(frozen=True)
class Ranks:
    """``order``: images by falling score; ``starts``: where in it each step begins; ``positive``: [N] in that order."""

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    positive: NDArray[np.bool_]

    @property
    def has_both(self) -> bool:
        return bool(self.positive.any() and not self.positive.all())


def ranks(scores: Floats, positive: NDArray[np.bool_]) -> Ranks:
    """``scores`` and ``positive``: [N]."""
    order = np.argsort(-scores, kind="stable")
    falls = np.flatnonzero(np.diff(scores[order])) + 1
    return Ranks(order, np.concatenate([[0], falls]), positive[order])


def drawn(number: int, rng: np.random.Generator) -> Floats:
    """[number]: how often each image is taken when as many are drawn with replacement."""
    return np.bincount(rng.integers(0, number, number), minlength=number).astype(np.float64)


def macro_drawn(found: Sequence[Ranks], number: int, draws: int, rng: np.random.Generator) -> dict[str, Floats]:
    """[draws] of "auroc" and "auprc": the mean over the classes, all from the same draws of ``number`` images."""
    areas: dict[str, list[Floats]] = {"auroc": [], "auprc": []}
    with np.errstate(invalid="ignore"):  # a draw without a single image of a class says nothing of it
        for start in range(0, draws, _CHUNK):
            weights = np.stack([drawn(number, rng) for _ in range(min(_CHUNK, draws - start))]).astype(np.float32)
            areas["auroc"].append(_mean([auroc_drawn(one, weights) for one in found]))
            areas["auprc"].append(_mean([auprc_drawn(one, weights) for one in found]))
    return {name: np.concatenate(parts) for name, parts in areas.items()}


def _mean(of_classes: Sequence[Floats]) -> Floats:
    """[draws]: over the classes of which a draw says something; NaN where it says nothing of any."""
    values = np.stack(of_classes)
    known = ~np.isnan(values)
    mean: Floats = np.where(known, values, 0.0).sum(0) / known.sum(0)
    return mean


def auroc(found: Ranks) -> float:
    """The share of pairs of a positive and a negative that are in order; ties count half (Hanley & McNeil 1982)."""
    return float(auroc_drawn(found, np.ones((1, len(found.order))))[0])


def auprc(found: Ranks) -> float:
    """Average precision: of each step, its precision weighted by the recall that it adds."""
    return float(auprc_drawn(found, np.ones((1, len(found.order))))[0])


def auroc_drawn(found: Ranks, weights: Floats) -> Floats:
    """[draws], of ``weights`` [draws, N]; NaN where a draw has only one kind."""
    positives, negatives = _steps(found, weights)
    below = negatives.sum(1, keepdims=True) - np.cumsum(negatives, 1)
    in_order = (positives * (below + negatives / 2)).sum(1)
    area: Floats = in_order / (positives.sum(1) * negatives.sum(1))
    return area


def auprc_drawn(found: Ranks, weights: Floats) -> Floats:
    """[draws], of ``weights`` [draws, N]; NaN where a draw has no positive."""
    positives, negatives = _steps(found, weights)
    right = np.cumsum(positives, 1)
    taken = right + np.cumsum(negatives, 1)
    precision = right / np.where(taken > 0, taken, 1)  # nothing is taken yet where a draw lacks the highest scores
    area: Floats = (precision * positives).sum(1) / positives.sum(1)
    return area


def _steps(found: Ranks, weights: Floats) -> tuple[Floats, Floats]:
    """[draws, steps] each: the weight of the positives and of the negatives at every score."""
    ordered = weights[:, found.order]
    positives = np.add.reduceat(ordered * found.positive, found.starts, axis=1)
    negatives = np.add.reduceat(ordered * ~found.positive, found.starts, axis=1)
    return positives, negatives
