"""Equal opportunity and equalised odds (Hardt et al. 2016) of a class, the classes in their worst groups, and how far
classes and groups go together in the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.groups.gaps import FEWEST
from cnnlab.evaluation.groups.intervals import wilson
from cnnlab.evaluation.judged import Judged

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Odds:
    """Between groups with FEWEST images or more; ``None`` where fewer than two have them."""

    equal_opportunity: float | None  # largest difference in the true positive rate
    false_positives: float | None  # the same of the false positive rate

    @property
    def equalised_odds(self) -> float | None:
        """The larger of both."""
        if self.equal_opportunity is None or self.false_positives is None:
            return None
        return max(self.equal_opportunity, self.false_positives)


@dataclass(frozen=True)
class InWorst:
    """A class in the group where it is recognised least."""

    label: int
    recall: float  # over all groups
    group: int
    images: int
    share: float
    low: float
    high: float


def odds(judged: Judged, codes: Codes, groups: int, positive: int) -> Odds:
    """``codes`` [N]: the groups of the samples of ``judged``, -1 for none; ``positive``: the class looked at."""
    there = judged.known & (codes >= 0)
    is_class = judged.labels == positive
    said = judged.predictions == positive
    return Odds(_difference(said, codes, there & is_class, groups), _difference(said, codes, there & ~is_class, groups))


def worst_by_class(judged: Judged, codes: Codes, groups: int) -> list[InWorst]:
    """Of each class that has FEWEST images in two groups or more; the largest difference to its recall first."""
    classes = len(judged.names)
    there = judged.known & (codes >= 0)
    cells = codes[there] * classes + judged.labels[there]
    images = np.bincount(cells, minlength=groups * classes).reshape(groups, classes)
    right = np.bincount(cells, weights=judged.right[there], minlength=groups * classes).reshape(groups, classes)
    found = []
    for label in np.flatnonzero((images >= FEWEST).sum(0) >= 2).tolist():
        shares = np.where(images[:, label] >= FEWEST, right[:, label] / np.maximum(images[:, label], 1), 2.0)
        group = int(shares.argmin())
        recall = float(right[:, label].sum() / images[:, label].sum())
        number = int(images[group, label])
        low, high = wilson(int(right[group, label]), number)
        found.append(InWorst(label, recall, group, number, float(shares[group]), low, high))
    return sorted(found, key=lambda one: one.share - one.recall)


def cross_table(labels: Codes, codes: Codes, classes: int, groups: int) -> NDArray[np.int64]:
    """[classes, groups] samples; those without a class or a group are left out."""
    there = (labels >= 0) & (codes >= 0)
    flat = np.bincount(labels[there] * groups + codes[there], minlength=classes * groups)
    return flat.reshape(classes, groups).astype(np.int64)


def cramers_v(table: NDArray[np.int64]) -> float | None:
    """0: class says nothing of group; 1: one gives the other away. Corrected for chance (Bergsma 2013).

    ``None`` where either has fewer than two values.
    """
    table = table[table.sum(1) > 0][:, table.sum(0) > 0].astype(np.float64)
    number, (rows, columns) = table.sum(), table.shape
    if rows < 2 or columns < 2 or number < 2:
        return None
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / number
    phi2 = (np.square(table - expected) / expected).sum() / number
    phi2 = max(0.0, phi2 - (rows - 1) * (columns - 1) / (number - 1))
    r = rows - (rows - 1) ** 2 / (number - 1)
    k = columns - (columns - 1) ** 2 / (number - 1)
    most = min(r, k) - 1
    return float(min(1.0, np.sqrt(phi2 / most))) if most > 0 else None


def _difference(said: NDArray[np.bool_], codes: Codes, counted: NDArray[np.bool_], groups: int) -> float | None:
    sizes = np.bincount(codes[counted], minlength=groups)
    rates = np.bincount(codes[counted], weights=said[counted], minlength=groups) / np.maximum(sizes, 1)
    large = rates[sizes >= FEWEST]
    return float(np.ptp(large)) if len(large) > 1 else None
