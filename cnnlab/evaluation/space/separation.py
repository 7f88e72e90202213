"""How well classes part in a feature space, in two figures: what neighbours say, and how tight classes are.

k-NN accuracy: the share of samples whose class most of their k nearest others have (leave one out; cosine). Silhouette
(Rousseeuw 1987): for a sample, how much nearer its own class is on the mean than the next one, from -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.space.neighbours import nearest

K = 10
APART, OVERLAPPING = 0.5, 0.25  # silhouettes: Kaufman and Rousseeuw (1990) call 0.5 a reasonable structure, 0.25 none
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Separation:
    """``None`` where it can't be said: fewer than two classes, or too few samples."""

    samples: int  # with a class that two have at least
    k: int
    knn_accuracy: float | None
    silhouette: float | None
    by_class: dict[int, float]  # mean silhouette of each class, by its number

    @property
    def verdict(self) -> str:
        """ "apart", "partly", "overlapping", "unknown"."""
        if self.silhouette is None:
            return "unknown"
        return "apart" if self.silhouette >= APART else "partly" if self.silhouette >= OVERLAPPING else "overlapping"


def separation(unit: NDArray[np.floating[Any]], labels: Labels, k: int = K) -> Separation:
    """``unit`` [N, D] rows of length 1; ``labels`` [N], -1 where unknown. Classes of one sample are left out."""
    known = labels >= 0
    counts = np.bincount(labels[known], minlength=1)
    kept = known.copy()
    kept[known] = counts[labels[known]] >= 2
    values, given = np.asarray(unit, np.float32)[kept], labels[kept]
    classes = np.unique(given)
    if len(classes) < 2:
        return Separation(len(given), k, None, None, {})
    k = min(k, len(given) - 1)
    rows, _ = nearest(values, values, k, own=np.arange(len(values)))
    single = _silhouettes(values, given, classes)
    by_class = {int(one): float(single[given == one].mean()) for one in classes}
    right = float((_majority(given[rows]) == given).mean())
    return Separation(len(given), k, right, float(single.mean()), by_class)


def _majority(votes: Labels) -> Labels:
    """[N, k], the nearest first -> [N] the class with most votes; of equal ones that whose vote is nearest."""
    same = (votes[:, :, None] == votes[:, None, :]).sum(2)
    return votes[np.arange(len(votes)), same.argmax(1)]


def _silhouettes(values: NDArray[np.float32], given: Labels, classes: Labels) -> NDArray[np.float64]:
    """[N]. Of unit vectors the mean cosine distance to a class is 1 minus the product with its mean: no N x N."""
    double = values.astype(np.float64)
    own = np.searchsorted(classes, given)
    sums = np.zeros((len(classes), values.shape[1]))
    np.add.at(sums, own, double)
    counts = np.bincount(own, minlength=len(classes)).astype(np.float64)
    products, place = double @ sums.T, np.arange(len(given))
    self_product = (double**2).sum(1)
    inside = 1 - (products[place, own] - self_product) / (counts[own] - 1)
    outside = 1 - products / counts
    outside[place, own] = np.inf
    other = outside.min(1)
    largest = np.maximum(inside, other)
    return np.where(largest > 0, (other - inside) / np.where(largest > 0, largest, 1.0), 0.0)
