"""Is the difference between two networks real? Tests on the same images, one pair or several at once.

Two networks that saw the same test images are compared image by image: the images that both know, or neither, say
nothing of which is better. McNemar (1947) tests the others, exactly: under no difference each falls to either side as
a coin does. The interval of the difference in accuracy is a paired bootstrap (Efron 1979) by percentiles. Of several
pairs the p values are corrected by Holm (1979), so that the chance of any false "real" among them stays below LEVEL.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr  # type: ignore[import-untyped]  # scipy.stats takes a second to import

LEVEL = 0.05  # of false "real" among all pairs
DRAWS = 10_000  # bootstrap samples; the ends of an interval then move by about a fiftieth of its width


@dataclass(frozen=True)
class Pair:
    """``first`` and ``second``: places among the networks. ``difference`` = accuracy of first - that of second."""

    first: int
    second: int
    images: int
    only_first: int  # images that the first alone has right
    only_second: int
    difference: float
    low: float  # 95 % interval of the difference
    high: float
    p_value: float  # of McNemar's exact test, by itself
    adjusted: float  # Holm's, over all pairs

    @property
    def real(self) -> bool:
        return self.adjusted < LEVEL


def compare(right: Sequence[NDArray[np.bool_]], *, seed: int = 0) -> list[Pair]:
    """Every pair of networks; ``right``: for each [N], whether it has the image right, images in the same order.

    Raises ``ValueError`` where there are no images, or not as many for each.
    """
    counts = {len(answers) for answers in right}
    if len(counts) != 1 or counts == {0}:
        raise ValueError(f"the same images for each network: {sorted(counts)}")
    (images,) = counts
    pairs = list(itertools.combinations(range(len(right)), 2))
    split = [(int((right[a] & ~right[b]).sum()), int((right[b] & ~right[a]).sum())) for a, b in pairs]
    p_values = [mcnemar(*sides) for sides in split]
    found = []
    for (a, b), (only_a, only_b), p, adjusted in zip(pairs, split, p_values, holm(p_values), strict=True):
        low, high = interval(only_a, only_b, images, seed=seed)
        difference = (only_a - only_b) / images
        found.append(Pair(a, b, images, only_a, only_b, difference, low, high, p, adjusted))
    return found


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p value; 1 where the networks are right on the same images."""
    differing = only_first + only_second
    return min(1.0, 2.0 * float(bdtr(min(only_first, only_second), differing, 0.5))) if differing else 1.0


def interval(only_first: int, only_second: int, images: int, *, seed: int = 0) -> tuple[float, float]:
    """95 % of the difference in accuracy over images drawn anew.

    An image counts +1, 0 or -1, so that drawing them with replacement is one multinomial draw of three counts.
    """
    shares = np.array([only_first, only_second, images - only_first - only_second], float) / images
    drawn = np.random.default_rng(seed).multinomial(images, shares, size=DRAWS)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / images, [0.025, 0.975])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p value as it counts among all of them."""
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
