"""The calibration error that a network has, and not the noise of how few images it was measured on.

What is measured (ECE) is a mean of distances: chance only adds to it, so of a perfectly calibrated network it is above
0 as well, and draws with replacement lie higher still. The bias is estimated as how far the draws lie above what was
measured, and taken off (the bootstrap estimate, as Kumar, Liang and Ma 2019, "Verified Uncertainty Calibration", do
with normal draws). The interval mirrors the draws at the measured value (basic bootstrap), and reaches down to 0 where
a network exactly as sure as it is right would come to as much in one of twenty measurements. In simulations with 270 to
5000 images it held the true error in 86 to 97 % of cases; the interval of the draws themselves did in 0 to 95 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.quality import Measured

_LEVEL = 0.95
Floats = NDArray[np.float64]


def debiased(measured: float, draws: Floats, by_chance: Floats) -> Measured:
    """``draws``: the error of images drawn with replacement; ``by_chance``: of labels drawn from the confidences."""
    mirrored = reflected(measured, draws)
    low, high = np.quantile(mirrored, [0.025, 0.975])
    if measured <= np.quantile(by_chance, _LEVEL):
        low = 0.0
    return Measured(max(0.0, 2 * measured - float(draws.mean())), float(low), float(high))


def reflected(measured: float, draws: Floats) -> Floats:
    """The draws on the other side of the measured value; an error is not below 0."""
    found: Floats = np.maximum(2 * measured - draws, 0.0)
    return found
