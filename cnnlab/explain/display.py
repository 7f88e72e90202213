"""How maps are shown, apart from what they are: sign, smoothing, colours, and which panels share a scale.

Nothing here changes a map that is scored, kept or downloaded as values.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError

# perceptually uniform, at nine even steps: viridis (van der Walt & Smith 2015) and its sisters, cividis (Nuñez,
# Anderton & Renslow 2018), which looks the same to most eyes, and grey
SEQUENTIAL = {
    "viridis": ("440154", "472D7B", "3B528B", "2C728E", "21918C", "28AE80", "5EC962", "ADDC30", "FDE725"),
    "cividis": ("00224E", "1A386F", "434E6C", "61656F", "7D7C78", "9B9476", "BCAE6C", "DEC958", "FEE838"),
    "magma": ("000004", "1D1147", "51127C", "832681", "B73779", "E75263", "FC8961", "FEC488", "FCFDBF"),
    "inferno": ("000004", "210C4A", "57106E", "8A226A", "BC3754", "E45A31", "F98E09", "F9CB35", "FCFFA4"),
    "grey": ("000000", "212121", "3B3B3B", "585858", "777777", "979797", "B9B9B9", "DBDBDB", "FFFFFF"),
}
# the dashboard's two hues, cold against and warm for
DIVERGING = ("26317F", "3F4FCB", "6C7ADA", "A5AFEC", "F7F7F7", "F0BE8F", "E3924B", "C2630F", "8A4509")

SCALES = ("method", "all", "own")
"""Which panels end at the same value: those of one method, all of them, or each by itself."""

SIGNS = ("signed", "absolute")
PICTURES = ("overlay", "map")
MOST_SMOOTHING = 8.0

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Display:
    """``opacity`` of the strongest place in [0, 1]; ``smoothing``: a Gaussian's standard deviation in pixels."""

    opacity: float = 0.75
    colours: str = "viridis"
    signs: str = "signed"
    smoothing: float = 0.0
    scale: str = "method"
    picture: str = "overlay"

    def checked(self) -> Display:
        """Raises ``LabError``: "not_a_share", "not_a_display", "smoothing_out_of_range"."""
        if not 0.0 <= self.opacity <= 1.0:
            raise LabError("not_a_share", field="--opacity", value=self.opacity)
        if not 0.0 <= self.smoothing <= MOST_SMOOTHING:
            raise LabError("smoothing_out_of_range", field="--smoothing", value=self.smoothing, limit=MOST_SMOOTHING)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                value = str(getattr(self, name))[:80]
                raise LabError("not_a_display", field=f"--{name}", value=value, known=", ".join(known))
        return self

    def of_difference(self) -> Display:
        """Which of two classes a place speaks for is its sign."""
        return replace(self, signs="signed")

    def changes(self) -> dict[str, Any]:
        """What differs from the defaults."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}


CHOICES = {"colours": tuple(SEQUENTIAL), "signs": SIGNS, "scale": SCALES, "picture": PICTURES}


@dataclass(frozen=True)
class Scale:
    """Colours run from 0 to ``limit``, or from ``-limit`` to ``limit`` where ``diverging``."""

    limit: float
    diverging: bool
    colours: tuple[str, ...] = SEQUENTIAL["viridis"]

    @property
    def steps(self) -> tuple[str, ...]:
        return DIVERGING if self.diverging else self.colours


def shown(values: Values, display: Display) -> Values:
    """[H, W] as it is drawn: smoothed, and without its sign where that is wanted; in the map's own units."""
    drawn = smoothed(values, display.smoothing) if display.smoothing > 0 else values
    return np.abs(drawn) if display.signs == "absolute" else drawn


def scale_of(maps: Sequence[Values], display: Display | None = None) -> Scale:
    """The scale that ``maps``, as they are drawn, share: to the strongest value; diverging if one has negatives."""
    limit = max((float(np.abs(values).max(initial=0.0)) for values in maps), default=0.0)
    negative = any(bool((values < 0).any()) for values in maps)
    return Scale(limit or 1.0, negative, SEQUENTIAL[(display or Display()).colours])  # zeros have no scale of their own


def scales(maps: Sequence[Values], methods: Sequence[Hashable], display: Display) -> list[Scale]:
    """One for each of ``maps`` (as they are drawn): the same for those that share one."""
    groups: list[Hashable]
    if display.scale == "own":
        groups = list(range(len(maps)))
    else:
        groups = list(methods) if display.scale == "method" else [None] * len(maps)
    found = {
        group: scale_of([values for values, of in zip(maps, groups, strict=True) if of == group], display)
        for group in dict.fromkeys(groups)
    }
    return [found[group] for group in groups]


def smoothed(values: Values, sigma: float) -> Values:
    """A Gaussian over [H, W], its weights cut at the border and made to add up to 1 there too."""
    reach = max(1, int(np.ceil(3 * sigma)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    drawn = values.astype(np.float64)
    for axis in (0, 1):
        whole = np.apply_along_axis(_same, axis, np.ones_like(drawn), weights)
        drawn = np.apply_along_axis(_same, axis, drawn, weights) / whole
    return drawn.astype(np.float32)


def _same(line: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """``numpy.convolve(mode="same")`` has the length of the longer one, which may be the weights."""
    start = len(weights) // 2
    return np.convolve(line, weights)[start : start + len(line)]
