"""Intervals of shares and of means."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054  # 95 %, two-sided
_DRAWS = 1000


def wilson(hits: int, number: int) -> tuple[float, float]:
    """95 % of a share (Wilson 1927), without a correction for continuity; (0, 1) of nothing."""
    if number == 0:
        return 0.0, 1.0
    share, weight = hits / number, _Z**2 / number
    middle = share + weight / 2
    reach = _Z * math.sqrt(share * (1 - share) / number + weight / (4 * number))
    return max(0.0, (middle - reach) / (1 + weight)), min(1.0, (middle + reach) / (1 + weight))


def mean_interval(values: NDArray[np.float64], rng: np.random.Generator) -> tuple[float, float]:
    """95 % of a mean over values drawn anew (bootstrap by percentiles, Efron 1979)."""
    number = len(values)
    means = [values[rng.integers(0, number, number)].mean() for _ in range(_DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
