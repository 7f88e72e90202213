"""Metrics that need only a confusion matrix's diagonal and sums, for one matrix or for thousands of draws at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AT_ONCE = 20_000_000  # cells drawn at most; of very many classes there are fewer draws
FEWEST = 200


@dataclass(frozen=True)
class Margins:
    """[draws, classes] each: images that are right, that are of a class, that were given it."""

    right: Floats
    true: Floats
    predicted: Floats

    @property
    def images(self) -> Floats:
        return self.true.sum(1)


def of(counts: NDArray[np.int64]) -> Margins:
    """Of one matrix [classes, classes], rows the true class."""
    one = counts.astype(np.float64)
    return Margins(one.diagonal()[None], one.sum(1)[None], one.sum(0)[None])


def drawn(counts: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Margins:
    """Of as many images drawn with replacement: one multinomial over the cells that have any."""
    rows, columns = np.nonzero(counts)
    shares = counts[rows, columns] / counts.sum()
    draws = min(draws, max(FEWEST, AT_ONCE // len(rows)))
    cells = rng.multinomial(counts.sum(), shares, size=draws).astype(np.float64)
    found = [np.zeros((draws, len(counts))) for _ in range(3)]
    on_diagonal = rows == columns
    found[0][:, rows[on_diagonal]] = cells[:, on_diagonal]
    for sums, axis in ((found[1], rows), (found[2], columns)):
        order = np.argsort(axis, kind="stable")
        kinds, starts = np.unique(axis[order], return_index=True)
        sums[:, kinds] = np.add.reduceat(cells[:, order], starts, axis=1)
    return Margins(*found)


def accuracy(found: Margins) -> Floats:
    share: Floats = found.right.sum(1) / found.images
    return share


def balanced_accuracy(found: Margins) -> Floats:
    """Mean recall of the classes that have images."""
    return _mean_where_there(found, found.right / np.maximum(found.true, 1))


def precision_macro(found: Margins) -> Floats:
    """Of a class that was never predicted 0, as scikit-learn has it."""
    return _mean_where_there(found, found.right / np.maximum(found.predicted, 1))


def f1_macro(found: Margins) -> Floats:
    return _mean_where_there(found, 2 * found.right / np.maximum(found.predicted + found.true, 1))


def mcc(found: Margins) -> Floats:
    """Matthews' coefficient for several classes (Gorodkin 2004); 0 where either is one class only."""
    total = found.images
    covariance = found.right.sum(1) * total - (found.true * found.predicted).sum(1)
    spread = (total**2 - np.square(found.predicted).sum(1)) * (total**2 - np.square(found.true).sum(1))
    coefficient: Floats = np.where(spread > 0, covariance / np.sqrt(np.maximum(spread, 1e-300)), 0.0)
    return coefficient


METRICS: dict[str, Callable[[Margins], Floats]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "precision_macro": precision_macro,
    "f1_macro": f1_macro,
    "mcc": mcc,
}


def _mean_where_there(found: Margins, values: Floats) -> Floats:
    there = found.true > 0
    mean: Floats = (values * there).sum(1) / there.sum(1)
    return mean
