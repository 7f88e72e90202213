"""Runs by the values of one setting: how many, their mean, spread and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.runs.table import Column


@dataclass(frozen=True)
class Level:
    """The runs with one ``value`` of the setting that have the metric.

    ``deviation`` has n - 1 below it; ``low`` and ``high`` are Student's 95 % interval of the mean. All three are
    ``None`` for a single run, which says nothing of chance.
    """

    value: Any
    places: tuple[int, ...]
    mean: float
    deviation: float | None
    low: float | None
    high: float | None


def levels(setting: Column, metric: Column) -> list[Level]:
    """By value where it is a number, else in the order of their first run. Runs without the metric are in none."""
    members: dict[str, list[int]] = {}
    for place, (value, measured) in enumerate(zip(setting.values, metric.values, strict=True)):
        if measured is not None:
            members.setdefault(repr(value), []).append(place)
    found = [_level(setting.values[places[0]], places, metric) for places in members.values()]
    if setting.numeric:
        found.sort(key=lambda level: (level.value is None, level.value or 0))
    return found


def _level(value: Any, places: Sequence[int], metric: Column) -> Level:
    measured = [float(metric.values[place]) for place in places]
    mean = math.fsum(measured) / len(measured)
    if len(measured) < 2:
        return Level(value, tuple(places), mean, None, None, None)
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    deviation = math.sqrt(math.fsum((one - mean) ** 2 for one in measured) / (len(measured) - 1))
    reach = float(stdtrit(len(measured) - 1, 0.975)) * deviation / math.sqrt(len(measured))
    return Level(value, tuple(places), mean, deviation, mean - reach, mean + reach)
