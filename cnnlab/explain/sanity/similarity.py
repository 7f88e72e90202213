"""How alike two maps are: Spearman's rank correlation and SSIM, as in Adebayo et al. 2018."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Map = NDArray[np.floating[Any]]  # [H, W]

WINDOW = 7  # pixels a side of SSIM's window
_C1, _C2 = 0.01**2, 0.03**2  # SSIM's constants for values in [0, 1]


@dataclass(frozen=True)
class Similarity:
    """1 is the same map, 0 has nothing in common with it; ``signed`` is -1 for the same places with opposite signs."""

    absolute: float  # Spearman of the magnitudes: are the same places strong?
    signed: float  # Spearman of the values as they are
    ssim: float  # of the magnitudes, each map over its strongest place


def similarity(first: Map, second: Map) -> Similarity:
    return Similarity(
        absolute=spearman(np.abs(first), np.abs(second)),
        signed=spearman(first, second),
        ssim=ssim(_shares(first), _shares(second)),
    )


def spearman(first: Map, second: Map) -> float:
    """In [-1, 1]; equal values share their mean rank. A map that is the same everywhere has no order: 0."""
    a, b = _ranks(first), _ranks(second)
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def ssim(first: Map, second: Map) -> float:
    """Structural similarity (Wang et al. 2004) of two maps in [0, 1]: the mean over square windows."""
    side = min(WINDOW, *first.shape)
    a, b = (sliding_window_view(np.asarray(one, np.float64), (side, side)) for one in (first, second))
    mean_a, mean_b = a.mean((-2, -1)), b.mean((-2, -1))
    var_a, var_b = a.var((-2, -1)), b.var((-2, -1))
    covariance = (a * b).mean((-2, -1)) - mean_a * mean_b
    above = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    below = (mean_a**2 + mean_b**2 + _C1) * (var_a + var_b + _C2)
    return float((above / below).mean())


def _ranks(values: Map) -> NDArray[np.float64]:
    """[H * W] from 0; values that are equal have their mean rank."""
    _, places, counts = np.unique(np.asarray(values).ravel(), return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    means: NDArray[np.float64] = (last - (counts - 1) / 2)[places]
    return means


def _shares(values: Map) -> NDArray[np.float64]:
    """Magnitudes over the strongest place, in [0, 1]."""
    magnitudes = np.abs(np.asarray(values, np.float64))
    strongest = float(magnitudes.max(initial=0.0))
    return magnitudes / strongest if strongest else magnitudes
