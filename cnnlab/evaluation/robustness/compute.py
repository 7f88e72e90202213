"""Measuring how a network bears corrupted images: what is known already, and what has to be computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnlab.data.types import Progress
from cnnlab.evaluation.robustness.corrupt import corrupt
from cnnlab.evaluation.robustness.kept import Arrays, Kept
from cnnlab.evaluation.robustness.measured import Robustness
from cnnlab.evaluation.robustness.subject import Asked, Subject
from cnnlab.evaluation.robustness.table import LEVELS, corruptions
from cnnlab.training.threads import own_threads

PHASE = "progress.robustness"  # in the catalogue
_CLEAN = "clean"
_CHUNK = 256  # images that are corrupted at once


def known(subject: Subject, names: Sequence[str]) -> Robustness | None:
    """Of all ``names``, or ``None`` where one was not measured yet. Nothing is computed."""
    kept = _kept(subject)
    found = {name: kept.get(name, _shapes(subject, name)) for name in (_CLEAN, *names)}
    there = {name: arrays for name, arrays in found.items() if arrays is not None}
    return _together(subject, names, there) if len(there) == len(found) else None


def compute(subject: Subject, names: Sequence[str], progress: Progress | None = None) -> Robustness:
    """All of ``names``; each is kept as soon as it is done, so that what was left goes on where it was.

    Raises what ``Subject.checked`` and ``load_trained`` raise.
    """
    kept = _kept(subject)
    found: dict[str, Arrays] = {}
    missing = []
    for name in (_CLEAN, *names):
        arrays = kept.get(name, _shapes(subject, name))
        if arrays is None:
            missing.append(name)
        else:
            found[name] = arrays
    if missing:
        bar = _Bar(progress, sum(len(_levels(name)) for name in missing) * len(subject.places))
        with own_threads():
            asked = Asked(subject)
            for name in missing:
                found[name] = _measure(subject, asked, name, bar)
                kept.put(name, found[name])
    return _together(subject, names, found)


def _measure(subject: Subject, asked: Asked, name: str, bar: _Bar) -> Arrays:
    number = len(subject.places)
    predicted = np.zeros((len(_levels(name)), number), np.int64)
    confidence = np.zeros((len(_levels(name)), number), np.float32)
    for start in range(0, number, _CHUNK):
        stop = min(start + _CHUNK, number)
        pixels = subject.pixels(start, stop)
        for row, level in enumerate(_levels(name)):
            changed = corrupt(pixels, name, level, places=subject.positions[start:stop], seed=subject.seed)
            predicted[row, start:stop], confidence[row, start:stop] = asked.classes(changed)
            bar.add(stop - start)
    return {"predicted": predicted, "confidence": confidence}


def _levels(name: str) -> Sequence[int]:
    return (0,) if name == _CLEAN else range(1, LEVELS + 1)


def _shapes(subject: Subject, name: str) -> dict[str, tuple[int, ...]]:
    shape = (len(_levels(name)), len(subject.places))
    return {"predicted": shape, "confidence": shape}


def _kept(subject: Subject) -> Kept:
    strengths = {name: one.strengths for name, one in corruptions().items()}
    return Kept(subject.home, subject.weights, f"{subject.choices} {strengths}")


def _together(subject: Subject, names: Sequence[str], found: dict[str, Arrays]) -> Robustness:
    return Robustness(
        corruptions=tuple(names),
        places=subject.places,
        labels=subject.labels,
        clean=found[_CLEAN]["predicted"][0],
        predicted=np.stack([found[name]["predicted"] for name in names]),
        confidence=np.stack([found[name]["confidence"] for name in names]),
        clean_confidence=found[_CLEAN]["confidence"][0],
        seed=subject.seed,
        of=subject.of,
    )


class _Bar:
    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, images: int) -> None:
        self._done += images
        if self._progress is not None:
            self._progress(PHASE, self._done, self._total)
