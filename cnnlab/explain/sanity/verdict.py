"""What a check comes to, by one stated rule.

The rule. At every depth of the cascade the network's answer is spoiled already, so its explanation should have changed.
Similarity is Spearman's rank correlation, averaged over all depths; once of the magnitudes and once of the signed
values, and the larger of the two counts. Two controls say what that number means: noise, which never stays the same,
has 0, and the edges of the image, which never change, have 1. The limit lies half-way. With the 95 % bootstrap interval
over images and draws below the limit, the method passes; above it, it fails; around it, the check is inconclusive. The
same holds for a network that was trained on shuffled labels, where there is one depth and one draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnlab.explain.sanity.check import Cascade

LIMIT = 0.5
RESAMPLES = 2000

Outcome = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True)
class Verdict:
    """``mean`` similarity with its 95 % interval, of the ``measure`` that counts: "absolute" or "signed"."""

    outcome: Outcome
    measure: str
    mean: float
    low: float
    high: float


def verdict(cascade: Cascade) -> Verdict:
    return judged({name: cascade.of(name).mean(axis=1) for name in ("absolute", "signed")})


def judged(similarities: dict[str, NDArray[np.float32]]) -> Verdict:
    """``similarities``: by measure, [draws, images]."""
    measure = max(similarities, key=lambda name: float(similarities[name].mean()))
    low, high = _interval(similarities[measure])
    outcome: Outcome = "pass" if high < LIMIT else "fail" if low > LIMIT else "inconclusive"
    return Verdict(outcome, measure, float(similarities[measure].mean()), low, high)


def _interval(values: NDArray[np.float32]) -> tuple[float, float]:
    """95 % of the mean: images and draws are drawn anew, each with replacement, since both were a sample."""
    random = np.random.default_rng(0)
    draws, images = values.shape
    rows = random.integers(draws, size=(RESAMPLES, draws, 1))
    columns = random.integers(images, size=(RESAMPLES, 1, images))
    low, high = np.percentile(values[rows, columns].mean(axis=(1, 2)), (2.5, 97.5))
    return float(low), float(high)
