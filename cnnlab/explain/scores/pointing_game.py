"""The pointing game: does the strongest place of a map lie on the object? (Zhang et al. 2016, arXiv:1608.00507)"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnlab.explain.grading.graded import Graded, Maps, Values

TOLERANCE = 15 / 224  # of the side: the paper's 15 pixels, and the side its networks look at


def grade(graded: Graded, maps: Maps) -> Values:
    """[M]: 1 for a hit with the paper's tolerance, 0 for a miss."""
    assert graded.mask is not None  # noqa: S101  # what the entry says it needs
    return np.array([hit(each, graded.mask) for each in maps])


def tolerance_for(side: int) -> int:
    """The paper's tolerance in pixels of an image of ``side`` pixels: 15 of 224, 3 of 48."""
    return round(TOLERANCE * side)


def hit(map: NDArray[np.floating], mask: NDArray[np.bool_], tolerance: int | None = None) -> float:
    """1 where the largest value of ``map`` [H, W] is at most ``tolerance`` pixels from ``mask`` [H, W], else 0.

    ``tolerance``: ``None`` for the paper's. Where several places are the strongest, the share of them that hit: a map
    that is the same everywhere points nowhere, and wins no more than chance.
    """
    reach = tolerance_for(max(mask.shape)) if tolerance is None else tolerance
    return float(_near(mask, reach)[map == map.max()].mean())


def _near(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """[H, W]: the places at most ``reach`` pixels from ``mask``."""
    height, width = mask.shape
    around = np.pad(mask, reach)
    near = np.zeros_like(mask)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down * down + right * right <= reach * reach:
                near |= around[reach + down : reach + down + height, reach + right : reach + right + width]
    return near
