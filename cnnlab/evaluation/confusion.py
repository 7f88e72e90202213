"""Which class was taken for which, counted from stored predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Mistaken:
    """``count`` samples of class ``label`` were taken for ``prediction``: ``rate`` of all samples of that class."""

    label: int
    prediction: int
    count: int
    rate: float


def confusion(labels: Sequence[int], predictions: Sequence[int], classes: int) -> Counts:
    """[classes, classes] counts, row = true class, column = predicted. Samples without a label (-1) are left out."""
    label, prediction = np.asarray(labels, np.int64), np.asarray(predictions, np.int64)
    known = (label >= 0) & (label < classes) & (prediction >= 0) & (prediction < classes)
    cells = label[known] * classes + prediction[known]
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def rates(counts: Counts) -> NDArray[np.float64]:
    """Each row by its sum: the share of a true class that was given each prediction; NaN for an absent class."""
    total = counts.sum(axis=1, keepdims=True).astype(np.float64)
    return counts / np.where(total == 0, np.nan, total)


def worst_pairs(counts: Counts, limit: int) -> list[Mistaken]:
    """The most frequent mistakes, by count and then by rate."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    share = np.nan_to_num(rates(counts))
    cells = [(int(row), int(column)) for row, column in zip(*np.nonzero(wrong), strict=True)]
    cells.sort(key=lambda cell: (-wrong[cell], -share[cell], cell))
    return [Mistaken(row, column, int(wrong[row, column]), float(share[row, column])) for row, column in cells[:limit]]


def by_confusion(counts: Counts) -> list[int]:
    """Classes by the mistakes in which they have a part, as the true or as the predicted one; the most first."""
    mistakes = counts.sum(0) + counts.sum(1) - 2 * counts.diagonal()
    return [int(place) for place in np.argsort(-mistakes, kind="stable")]


def most_confused(counts: Counts, most: int) -> list[int]:
    """Up to ``most`` classes, so that the worst pairs are among them: those of the worst pair first."""
    chosen: dict[int, None] = {}
    for pair in worst_pairs(counts, len(counts)):
        both = dict.fromkeys((pair.label, pair.prediction))
        if len(chosen | both) <= most:
            chosen |= both
    return list(chosen) or list(range(min(most, len(counts))))
