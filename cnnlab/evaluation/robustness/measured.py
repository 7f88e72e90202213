"""What robustness is measured as: accuracies with intervals, drops on the same images, means. Numbers only, no torch.

The interval of an accuracy is Wilson's (1927), that of a difference on the same images the paired bootstrap of
``evaluation.paired``. The mean corruption accuracy is the plain mean over corruptions and strengths: unlike the mCE of
Hendrycks & Dietterich 2019 it is relative to no other network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation import paired

_Z = 1.959963984540054  # of the normal distribution: 95 % lie within plus or minus it
DRAWS = 2000  # of images, for the interval of a mean over corruptions


@dataclass(frozen=True)
class Accuracy:
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One corruption at one strength; ``drop``: accuracy of the clean images less that of the corrupted."""

    corruption: str
    level: int  # 1 to 5
    accuracy: Accuracy
    drop: Accuracy


@dataclass(frozen=True)
class Robustness:
    """What a network said of N images, clean and corrupted (K corruptions, 5 strengths)."""

    corruptions: tuple[str, ...]  # [K]
    places: NDArray[np.int64]  # [N] rows of the test split
    labels: NDArray[np.int64]  # [N]
    clean: NDArray[np.int64]  # [N] the predicted class
    predicted: NDArray[np.int64]  # [K, 5, N]
    confidence: NDArray[np.float32]  # [K, 5, N] of the predicted class
    clean_confidence: NDArray[np.float32]  # [N]
    seed: int
    of: int  # images the test split has that could have been taken

    @property
    def images(self) -> int:
        return len(self.labels)

    @property
    def right(self) -> NDArray[np.bool_]:
        """[K, 5, N]."""
        return self.predicted == self.labels

    @property
    def clean_accuracy(self) -> Accuracy:
        return accuracy(self.clean == self.labels)

    def cells(self) -> list[Cell]:
        clean = self.clean == self.labels
        return [
            Cell(name, level + 1, accuracy(self.right[place, level]), drop(clean, self.right[place, level], self.seed))
            for place, name in enumerate(self.corruptions)
            for level in range(self.predicted.shape[1])
        ]

    def means(self) -> dict[str, float]:
        """Mean accuracy over the five strengths, by corruption, the most harmful first."""
        found = {name: float(self.right[place].mean()) for place, name in enumerate(self.corruptions)}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def mean_accuracy(self) -> Accuracy:
        """Over all corruptions and strengths, its interval over images drawn anew."""
        return _mean(self.right.mean((0, 1)), self.seed)

    def as_dict(self) -> dict[str, Any]:
        return {
            "images": self.images,
            "of": self.of,
            "seed": self.seed,
            "clean": _numbers(self.clean_accuracy),
            "mean": _numbers(self.mean_accuracy()),
            "by_corruption": self.means(),
            "cells": [
                {
                    "corruption": cell.corruption,
                    "strength": cell.level,
                    **_numbers(cell.accuracy),
                    "drop": _numbers(cell.drop),
                }
                for cell in self.cells()
            ],
        }


def accuracy(right: NDArray[np.bool_]) -> Accuracy:
    """With Wilson's interval: unlike the bootstrap's, it is not empty where all images are right."""
    number = len(right)
    share = float(right.mean())
    centre = (share + _Z**2 / (2 * number)) / (1 + _Z**2 / number)
    reach = _Z / (1 + _Z**2 / number) * math.sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    return Accuracy(share, min(share, max(0.0, centre - reach)), max(share, min(1.0, centre + reach)))


def drop(clean: NDArray[np.bool_], corrupted: NDArray[np.bool_], seed: int) -> Accuracy:
    """How much accuracy is lost, with its paired interval; both [N]: whether each image was recognised."""
    only_clean, only_corrupted = int((clean & ~corrupted).sum()), int((corrupted & ~clean).sum())
    low, high = paired.interval(only_clean, only_corrupted, len(clean), seed=seed)
    return Accuracy((only_clean - only_corrupted) / len(clean), low, high)


def difference(first: Robustness, second: Robustness, *, comparisons: int = 1) -> Accuracy:
    """Mean corruption accuracy of the first less that of the second, on the same images.

    Of several ``comparisons`` each interval is wider (Bonferroni), so that all hold together at 95 %.
    Raises ``ValueError`` where they are not the same images and corruptions.
    """
    same = first.corruptions == second.corruptions and first.seed == second.seed
    if not same or not np.array_equal(first.places, second.places):
        raise ValueError("not the same images and corruptions")
    return _mean(first.right.mean((0, 1)) - second.right.mean((0, 1)), first.seed, tail=0.025 / comparisons)


def order(found: Sequence[Robustness]) -> list[int]:
    """Places of several, the most robust first."""
    return sorted(range(len(found)), key=lambda place: -found[place].mean_accuracy().value)


def _mean(values: NDArray[np.float64], seed: int, *, tail: float = 0.025) -> Accuracy:
    """``values`` [N]: one an image; ``tail``: what lies beyond either end of the interval."""
    rng = np.random.default_rng(seed)
    number = len(values)
    shares = np.full(number, 1 / number)
    drawn = np.array([rng.multinomial(number, shares) @ values / number for _ in range(DRAWS)])
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Accuracy(float(values.mean()), float(low), float(high))


def _numbers(found: Accuracy) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}
