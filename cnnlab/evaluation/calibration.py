"""Whether a network is as sure as it is right: reliability and expected calibration error (Guo et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # of equal width, as in the paper


@dataclass(frozen=True)
class Bin:
    low: float
    high: float
    images: int
    confidence: float  # mean probability of what was predicted
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """``error``: mean distance of accuracy and confidence over images; ``largest``: of one bin."""

    bins: tuple[Bin, ...]  # those with images
    error: float
    largest: float
    confidence: float
    accuracy: float


def calibration(right: NDArray[np.bool_], confidence: NDArray[np.float64], *, bins: int = BINS) -> Calibration:
    """``right`` and ``confidence``: [N]; a bin holds its upper end. Raises ``ValueError`` without images."""
    if not len(right):
        raise ValueError("no images")
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    found = []
    for k in range(bins):
        inside = place == k
        if inside.any():
            sure, accurate = float(confidence[inside].mean()), float(right[inside].mean())
            found.append(Bin(k / bins, (k + 1) / bins, int(inside.sum()), sure, accurate))
    gaps = [abs(one.accuracy - one.confidence) for one in found]
    error = sum(gap * one.images for gap, one in zip(gaps, found, strict=True)) / len(right)
    return Calibration(tuple(found), error, max(gaps), float(confidence.mean()), float(right.mean()))
