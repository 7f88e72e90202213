"""Energy inside: the share of a map's positive part that lies on the object (Wang et al. 2020, arXiv:1910.01279)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnlab.explain.grading.graded import Graded, Maps, Values


def grade(graded: Graded, maps: Maps) -> Values:
    """[M] in [0, 1]."""
    assert graded.mask is not None  # noqa: S101  # what the entry says it needs
    return np.array([share(each, graded.mask) for each in maps])


def share(map: NDArray[np.floating], mask: NDArray[np.bool_]) -> float:
    """The positive part of ``map`` [H, W] inside ``mask`` [H, W] over all of it; 0 where nothing is positive."""
    positive = np.clip(map.astype(np.float64), 0.0, None)
    whole = positive.sum()
    return float(positive[mask].sum() / whole) if whole > 0 else 0.0
