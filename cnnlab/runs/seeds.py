"""Runs that differ in their seed alone: mean, spread, and whether two such groups differ by more than luck.

The interval of a mean is Student's (1908), of the difference of two means Welch's (1947), which lets the groups spread
differently. With two or three seeds the intervals are wide: that is the honest answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score


@dataclass(frozen=True)
class Group:
    """``places``: among the runs. ``low``, ``high``: 95 % interval of the mean; ``deviation`` has n - 1 below it."""

    places: tuple[int, ...]
    metric: str
    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True)
class Contrast:
    """``difference``: mean of the first group - that of the second."""

    difference: float
    low: float
    high: float
    p_value: float

    @property
    def real(self) -> bool:
        return self.p_value < 0.05


def group_of(run: Run) -> str:
    """What runs with other seeds share: the id of the run they repeat."""
    return run.group or run.run_id


def groups(runs: Sequence[Run]) -> list[Group]:
    """Those of two runs or more with the same settings and test metric, in the order of their first run.

    Settings count because runs are grouped for other reasons too: the laboratory's two networks belong together.
    """
    members: dict[tuple[str, str, str], list[int]] = {}
    for place, run in enumerate(runs):
        metric, value = held_out_score(run)
        if value is not None:
            members.setdefault((group_of(run), _but_for_the_seed(run), metric), []).append(place)
    return [_group(runs, metric, places) for (_, _, metric), places in members.items() if len(places) > 1]


def contrast(first: Group, second: Group) -> Contrast | None:
    """Welch's t test of two groups; ``None`` where their metrics differ or no value varies."""
    if first.metric != second.metric:
        return None
    a, b = first.deviation**2 / len(first.places), second.deviation**2 / len(second.places)
    if a + b == 0:
        return None
    freedom = (a + b) ** 2 / (a**2 / (len(first.places) - 1) + b**2 / (len(second.places) - 1))
    error, difference = math.sqrt(a + b), first.mean - second.mean
    reach = _quantile(freedom) * error
    p = 2.0 * _below(freedom, -abs(difference) / error)
    return Contrast(difference, difference - reach, difference + reach, p)


def _but_for_the_seed(run: Run) -> str:
    if run.experiment is None:
        return ""
    return run.experiment.changed({"training.seed": 0, "name": "", "owner": ""}).to_yaml()


def _group(runs: Sequence[Run], metric: str, places: Sequence[int]) -> Group:
    values = [value for place in places if (value := held_out_score(runs[place])[1]) is not None]
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    reach = _quantile(len(values) - 1) * deviation / math.sqrt(len(values))
    return Group(tuple(places), metric, mean, deviation, mean - reach, mean + reach)


def _quantile(freedom: float) -> float:
    """Of Student's t: 95 % lie within plus or minus it."""
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    return float(stdtrit(freedom, 0.975))


def _below(freedom: float, value: float) -> float:
    from scipy.special import stdtr

    return float(stdtr(freedom, value))
