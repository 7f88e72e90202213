"""What every run has more or less than one of them, the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.evaluation.paired import Pair
from cnnlab.runs.table import Column


@dataclass(frozen=True)
class Delta:
    """``difference``: of the run at ``place`` minus the baseline, ``share`` as a share of the baseline's value.

    ``low`` and ``high``: the paired 95 % interval, where both answered the same test images; ``real`` as tested there.
    """

    column: str
    place: int
    difference: float
    share: float | None = None
    low: float | None = None
    high: float | None = None
    real: bool | None = None


def deltas(columns: Sequence[Column], baseline: int, pairs: Sequence[Pair]) -> list[Delta]:
    """Of metrics and costs; a run that lacks a value, or whose baseline does, has no difference there."""
    found = []
    for column in columns:
        start = column.values[baseline]
        if column.kind == "setting" or start is None:
            continue
        for place, value in enumerate(column.values):
            if place == baseline or value is None:
                continue
            share = (value - start) / abs(start) if start else None
            tested = _tested(pairs, place, baseline) if column.name == "test_accuracy" else (None, None, None)
            found.append(Delta(column.name, place, value - start, share, *tested))
    return found


def _tested(pairs: Sequence[Pair], place: int, baseline: int) -> tuple[float | None, float | None, bool | None]:
    """Interval of the difference, run - baseline, and whether it is real."""
    for pair in pairs:
        if (pair.first, pair.second) == (place, baseline):
            return pair.low, pair.high, pair.real
        if (pair.second, pair.first) == (place, baseline):
            return -pair.high, -pair.low, pair.real
    return None, None, None
