"""From which probability on a class is said: the threshold that costs least, and what it comes to elsewhere.

A threshold is chosen on the validation split; on the test split it is only read off. Intervals are 95 % over images
drawn anew with replacement: since only counts matter, one multinomial over the outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.quality import Measured

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

DRAWS = 2000
HALF = 0.5


@dataclass(frozen=True)
class Costs:
    false_alarm: float = 1.0
    miss: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """At one threshold; shares are ``None`` where there is nothing to take a share of."""

    threshold: float
    hits: int
    misses: int
    false_alarms: int
    rejections: int  # negatives that are rightly not said
    precision: float | None
    recall: float | None
    specificity: float | None
    cost: Measured  # of an image, on average


def best(scores: Floats, positive: Flags, costs: Costs) -> float:
    """The threshold of least cost over ``scores`` [N]; of several the one nearest to 0.5.

    It lies halfway between two neighbouring scores; above 1 where it is cheapest never to say the class.
    """
    values, place = np.unique(scores.astype(np.float64), return_inverse=True)
    positives = np.bincount(place, weights=positive, minlength=len(values))
    negatives = np.bincount(place, weights=~positive, minlength=len(values))
    # at place k all images from the k-th value on are said, at the last place none
    missed = np.append(0, np.cumsum(positives))
    alarms = np.append(0, np.cumsum(negatives))
    alarms = alarms[-1] - alarms
    total = costs.miss * missed + costs.false_alarm * alarms
    low, high = np.append(-0.0, values), np.append(values, 1.0)
    middle = (low + high) / 2
    middle[0], middle[-1] = 0.0, (values[-1] + 1) / 2 if values[-1] < 1 else np.nextafter(1.0, 2.0)
    # between two values every threshold does the same: the nearest to 0.5 there, but never a value itself
    inside = (low < HALF) & (high >= HALF)
    middle[inside] = HALF
    cheapest = np.flatnonzero(total <= total.min() + 1e-9 * max(1.0, float(total.min())))
    return float(min(middle[cheapest], key=lambda at: abs(at - HALF)))


def outcome(
    scores: Floats, positive: Flags, threshold: float, costs: Costs, *, draws: int = DRAWS, seed: int = 0
) -> Outcome:
    """What saying the class from ``threshold`` on comes to. Raises ``ValueError`` without images."""
    said = scores >= threshold
    cells = [positive & said, positive & ~said, ~positive & said, ~positive & ~said]
    hits, misses, alarms, rejections = (int(cell.sum()) for cell in cells)
    price = np.array([0.0, costs.miss, costs.false_alarm, 0.0])
    counts = np.array([hits, misses, alarms, rejections])
    return Outcome(
        threshold,
        hits,
        misses,
        alarms,
        rejections,
        hits / (hits + alarms) if hits + alarms else None,
        hits / (hits + misses) if hits + misses else None,
        rejections / (rejections + alarms) if rejections + alarms else None,
        _mean_cost(counts, price, draws, seed),
    )


def saving(
    scores: Floats,
    positive: Flags,
    thresholds: tuple[float, float],
    costs: Costs,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Measured:
    """The cost of an image at the second threshold less that at the first, on the same images."""
    each = [np.where(positive, costs.miss * (scores < at), costs.false_alarm * (scores >= at)) for at in thresholds]
    price, counts = np.unique(each[1] - each[0], return_counts=True)
    return _mean_cost(counts, price, draws, seed)


def _mean_cost(counts: NDArray[np.int64], price: Floats, draws: int, seed: int) -> Measured:
    number = int(counts.sum())
    if not number:
        raise ValueError("no images")
    drawn = np.random.default_rng(seed).multinomial(number, counts / number, size=draws) @ price / number
    mean = float(counts @ price / number)
    low, high = np.quantile(drawn, [0.025, 0.975])
    if low == high:  # every image costs the same, such as nothing: that tells not how sure the mean is
        return Measured(mean)
    return Measured(mean, float(low), float(high))
