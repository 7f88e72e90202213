"""How far two ways of sorting the same images go together: class and group, group and split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.groups.fairness import cramers_v, cross_table

DRAWS = 999
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Dependence:
    """``table`` [rows, columns] images; ``v``: Cramér's, corrected for chance, ``None`` where one has one value."""

    table: Codes
    v: float | None
    p_value: float

    @property
    def expected(self) -> NDArray[np.float64]:
        """[rows, columns] images, had the two nothing to do with each other."""
        total = max(1, int(self.table.sum()))
        found: NDArray[np.float64] = self.table.sum(1, keepdims=True) * self.table.sum(0, keepdims=True) / total
        return found


def dependence(rows: Codes, columns: Codes, shape: tuple[int, int], *, draws: int = DRAWS, seed: int = 0) -> Dependence:
    """``rows``, ``columns``: [N] places, -1 for none. p: the columns dealt out anew, by Pearson's chi-squared.

    The test needs no minimum of images in a cell (Phipson & Smyth 2010: p is never 0).
    """
    there = (rows >= 0) & (columns >= 0)
    first, second = rows[there], columns[there]
    table = cross_table(first, second, *shape)
    found = Dependence(table, cramers_v(table), 1.0)
    if found.v is None:
        return found
    weight = 1 / np.maximum(found.expected, 1e-12)  # chi-squared is sum(observed² / expected) less a constant
    reached = float((table**2 * weight).sum())
    rng = np.random.default_rng(seed)
    as_far = 0
    for _ in range(draws):
        dealt = cross_table(first, rng.permutation(second), *shape)
        as_far += bool((dealt**2 * weight).sum() >= reached * (1 - 1e-12))
    return Dependence(table, found.v, (1 + as_far) / (1 + draws))
