"""How sure a mean over images is: the bootstrap's percentile interval (Efron & Tibshirani 1993, chapter 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """``low`` and ``high``: the interval; ``None`` for fewer than two values. ``mean``: ``None`` for none."""

    mean: float | None
    low: float | None
    high: float | None
    count: int


def estimate(values: Sequence[float | None], seed: int = 0) -> Estimate:
    """The mean of the values there are, with its 95 % interval over ``DRAWS`` samples with replacement."""
    known = np.array([value for value in values if value is not None], np.float64)
    count = len(known)
    if count == 0:
        return Estimate(None, None, None, 0)
    mean = float(known.mean())
    if count == 1:
        return Estimate(mean, None, None, 1)
    drawn = np.random.default_rng(seed).integers(0, count, (DRAWS, count))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known[drawn].mean(axis=1), (tail, 1 - tail))
    return Estimate(mean, float(low), float(high), count)
