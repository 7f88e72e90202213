"""Accuracy against the size of the training split: whether the last step still paid, and a power law where one fits.

Test error often falls as a power of the training size (Hestness et al. 2017, "Deep learning scaling is predictable,
empirically"). With three sizes such a line is a hint, so it is given only where it passes through every interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation import paired
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.robustness.measured import Accuracy, accuracy
from cnnlab.home import Home
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import points as in_points
from cnnlab.runs.journal import Journal

_FEWEST = 3  # points for a line of two parameters


@dataclass(frozen=True)
class Point:
    """``right``: [N] whether each test image is; ``samples``: of the training split."""

    run_id: str
    share: float
    samples: int
    accuracy: Accuracy
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class PowerLaw:
    """error = factor * samples ** -exponent."""

    factor: float
    exponent: float

    def accuracy(self, samples: float) -> float:
        return 1.0 - self.factor * samples**-self.exponent


def point(run_id: str, home: Home) -> Point:
    """Raises what ``judged`` raises."""
    journal = Journal.open(home, run_id)
    said = judged(journal, home)
    right = said.right[said.known]
    samples = sum(Card.read(journal.folder).training_counts)
    return Point(run_id, journal.experiment().data.train_share, samples, accuracy(right), right)


def last_step(found: Sequence[Point]) -> paired.Pair | None:
    """The largest size against the one before, on the same test images; ``None`` of fewer than two."""
    ordered = sorted(found, key=lambda one: one.samples)
    if len(ordered) < 2 or len(ordered[-1].right) != len(ordered[-2].right):
        return None
    (pair,) = paired.compare([ordered[-1].right, ordered[-2].right])
    return pair


def power_law(found: Sequence[Point]) -> PowerLaw | None:
    """Least squares in logarithms; ``None`` unless the error falls and the line meets the interval of every point."""
    errors = [1.0 - one.accuracy.value for one in found]
    if len({one.samples for one in found}) < _FEWEST or min(errors) <= 0.0:
        return None
    slope, start = np.polyfit([math.log(one.samples) for one in found], np.log(errors), 1)
    law = PowerLaw(math.exp(float(start)), -float(slope))
    inside = all(one.accuracy.low <= law.accuracy(one.samples) <= one.accuracy.high for one in found)
    return law if law.exponent > 0 and inside else None


def sentences(found: Sequence[Point], language: str) -> list[str]:
    """Whether the last step paid, and what a power law would promise; nothing of fewer than two points."""
    pair = last_step(found)
    if pair is None:
        return []
    before, last = sorted(found, key=lambda one: one.samples)[-2:]
    kind = "open" if not pair.real else "paid" if pair.difference > 0 else "harmed"
    said = [
        translate(
            f"more_data.{kind}",
            language,
            before=formats.whole(before.samples, language),
            last=formats.whole(last.samples, language),
            difference=in_points(pair.difference, language),
            low=in_points(pair.low, language),
            high=in_points(pair.high, language),
            images=formats.whole(pair.images, language),
        )
    ]
    law = power_law(found)
    if law is not None:
        twice = 2 * last.samples
        shown = {"samples": formats.whole(twice, language), "share": formats.percent(law.accuracy(twice), language)}
        said.append(translate("more_data.law", language, **shown))
    return said


def as_dict(found: Sequence[Point]) -> dict[str, Any]:
    """For scripts: the points, the last step with its test, the power law; ``None`` for what can't be said."""
    pair, law = last_step(found), power_law(found)
    return {
        "points": [
            {
                "run_id": one.run_id,
                "share": one.share,
                "samples": one.samples,
                "accuracy": one.accuracy.value,
                "low": one.accuracy.low,
                "high": one.accuracy.high,
            }
            for one in found
        ],
        "last_step": None
        if pair is None
        else {
            "difference": pair.difference,
            "low": pair.low,
            "high": pair.high,
            "p_value": pair.p_value,
            "real": pair.real,
        },
        "power_law": None if law is None else {"factor": law.factor, "exponent": law.exponent},
    }
