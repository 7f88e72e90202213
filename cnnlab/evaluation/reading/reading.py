"""From a network's own probabilities to what is said of a new image: a temperature, and a threshold of two classes.

Predict, Explain's probabilities, their commands and the registered model read by this one function, so they say the
same. The threshold decides on the network's own probability; what is shown beside the decision has the temperature,
and for two classes the shown probability rises with the own one, so the threshold has a place on its scale too. No
torch: pages ask what is kept at every rerun.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Shares, scaled
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.kept import Threshold

FILES = (temperatures.KEPT, thresholds.KEPT)  # in the folder of a run, where something is kept

_MOST = 700.0  # the exponential of more is too large for a float


@dataclass(frozen=True)
class Said:
    """Of N images."""

    decided: NDArray[np.int64]  # [N] the class that is said
    probability: NDArray[np.floating[Any]]  # [N] of that class: below 0.5 where the threshold decided against the odds
    probabilities: Shares  # [N, C]


@dataclass(frozen=True)
class Reading:
    """What is kept; by default nothing, which says the most probable class with the network's own probability."""

    temperature: float | None = None
    threshold: Threshold | None = None

    @classmethod
    def of(cls, folder: Path) -> Reading:
        """Of the folder of a run, or of the copy of it that a registered model has."""
        return cls(temperatures.kept(folder), thresholds.kept(folder))

    @property
    def is_plain(self) -> bool:
        return self.temperature is None and self.threshold is None

    @property
    def stamp(self) -> str:
        """Names what is kept, with all digits; "" for nothing. ``T=1.25; p(1)>=0.3``"""
        parts = [] if self.temperature is None else [f"T={self.temperature!r}"]
        parts += [] if self.threshold is None else [f"p({self.threshold.number})>={self.threshold.at!r}"]
        return "; ".join(parts)

    @property
    def shown_threshold(self) -> float | None:
        """Where the threshold lies among the probabilities that are shown."""
        if self.threshold is None:
            return None
        at = self.threshold.at
        if self.temperature is None or not 0 < at < 1:
            return at
        return 1 / (1 + math.exp(min(_MOST, (math.log1p(-at) - math.log(at)) / self.temperature)))

    def say(self, own: Shares) -> Said:
        """``own``: [N, C] probabilities as the network gives them."""
        decided: NDArray[np.int64] = own.argmax(1)
        if self.threshold is not None and own.shape[1] == 2:
            number = self.threshold.number
            decided = np.where(own[:, number].astype(np.float64) >= self.threshold.at, number, 1 - number)
        shown = own if self.temperature is None else scaled(own, self.temperature)
        return Said(decided, shown[np.arange(len(shown)), decided], shown)

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """For JSON; ``names``: of the classes. "from" is on the scale of what is said, "own" on the network's own."""
        threshold: dict[str, Any] | None = None
        if self.threshold is not None:
            number, own = self.threshold.number, self.threshold.at
            threshold = {"class": names[number], "from": self.shown_threshold, "own": own}
        return {"temperature": self.temperature, "threshold": threshold}


def short(stamp: str) -> str:
    """``Reading.stamp`` with four digits, for tables."""
    return re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.4g}", stamp)
