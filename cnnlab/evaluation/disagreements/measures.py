"""How alike several networks are, and what they reach together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.disagreements.panel import Panel
from cnnlab.evaluation.paired import LEVEL, holm, interval, mcnemar


def agreement(panel: Panel) -> NDArray[np.float64]:
    """[R, R] the share of images of which two networks say the same class."""
    said = panel.predictions
    return np.array([[(one == other).mean() for other in said] for one in said])


def error_correlation(panel: Panel) -> list[list[float | None]]:
    """[R, R] Pearson's correlation of being wrong, image by image (the phi coefficient).

    1: wrong on the same images; 0: on images that have nothing to do with each other, of which an ensemble makes the
    most. ``None`` where one of the two is never wrong, or always.
    """
    wrong = (~panel.right).astype(float)
    return [[_correlation(one, other) for other in wrong] for one in wrong]


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    if one.std() == 0 or other.std() == 0:
        return None
    centred = ((one - one.mean()) * (other - other.mean())).mean()
    return float(np.clip(centred / (one.std() * other.std()), -1.0, 1.0))


@dataclass(frozen=True)
class Gain:
    """The ensemble against the network at ``place`` in the panel, on the same images."""

    place: int
    difference: float  # accuracy of the ensemble - that of the network
    low: float  # 95 % interval, paired bootstrap
    high: float
    adjusted: float  # p of McNemar's exact test, by Holm over all networks

    @property
    def real(self) -> bool:
        return self.adjusted < LEVEL


@dataclass(frozen=True)
class Ensemble:
    """The mean of all networks' probabilities, as if it were one network."""

    accuracy: float
    best: int  # the place in the panel of the most accurate network
    gains: tuple[Gain, ...]  # against each network, in the panel's order


def ensemble(panel: Panel) -> Ensemble:
    right = panel.together.argmax(1) == panel.labels
    sides = [(int((right & ~own).sum()), int((own & ~right).sum())) for own in panel.right]
    adjusted = holm([mcnemar(*side) for side in sides])
    images = len(panel)
    gains = tuple(
        Gain(place, (more - less) / images, *interval(more, less, images), adjusted[place])
        for place, (more, less) in enumerate(sides)
    )
    return Ensemble(float(right.mean()), int(panel.right.mean(1).argmax()), gains)
