"""Several runs as a table of plain values: what was set, what was measured, what it cost."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnlab.runs import comparison
from cnnlab.runs.comparison import MISSING
from cnnlab.runs.run import Run

COSTS = (
    "train_seconds",
    "images_per_second",
    "parameters",
    "macs",
    "peak_memory_bytes",
    "energy_kwh",
    "co2_kg",
    "latency_ms_1",
    "latency_ms_32",
)
"""Keys of a run's result; one that a run has not is a missing value."""
MORE_IS_BETTER = ("accuracy", "f1", "precision", "recall", "auroc", "auprc", "mcc", "images_per_second", "kappa")
_SPLITS = ("test", "val", "train")

Kind = Literal["metric", "cost", "setting"]


@dataclass(frozen=True)
class Column:
    """``values``: one a run, ``None`` where it has none. A metric is named with its split: "test_accuracy"."""

    name: str
    kind: Kind
    values: tuple[Any, ...]

    @property
    def numeric(self) -> bool:
        """Whether whatever is known is a number, so that it has an axis with distances."""
        known = [value for value in self.values if value is not None]
        return bool(known) and all(_number(value) is not None for value in known)

    @property
    def varies(self) -> bool:
        known = [value for value in self.values if value is not None]
        return any(value != known[0] for value in known)


def columns(runs: Sequence[Run]) -> list[Column]:
    """Metrics (test first, losses last of each split), costs, every setting; those that no run has are left out."""
    measured = [_metrics(run) for run in runs]
    names = dict.fromkeys(name for one in measured for name in one)
    ordered = sorted(names, key=lambda name: (_SPLITS.index(name.partition("_")[0]), "loss" in name))
    found = [Column(name, "metric", tuple(one.get(name) for one in measured)) for name in ordered]
    found += [Column(name, "cost", tuple(cost(run, name) for run in runs)) for name in COSTS]
    rows = comparison.settings(runs)
    found += [
        Column(row.field, "setting", tuple(None if value is MISSING else value for value in row.values)) for row in rows
    ]
    return [column for column in found if any(value is not None for value in column.values)]


def cost(run: Run, name: str) -> float | None:
    """One of ``COSTS``; ``None`` where it was not measured. Seconds count over all attempts."""
    if name == "train_seconds":
        return run.train_seconds or None
    value = run.result.get(name)
    return _number(run.last.get(name) if value is None else value)


def more_is_better(name: str) -> bool:
    """Of a metric with its split, or a cost: whether its higher values are the good ones."""
    return any(name.endswith(good) for good in MORE_IS_BETTER)


def names_of(runs: Sequence[Run]) -> list[str]:
    """The runs' names, no two alike: the second "calm-heron" is "calm-heron (2)"."""
    found: list[str] = []
    for run in runs:
        number, unique = 1, run.name
        while unique in found:
            number += 1
            unique = f"{run.name} ({number})"
        found.append(unique)
    return found


def as_csv(runs: Sequence[Run], wanted: Sequence[Column]) -> str:
    """A row a run. Numbers are whole and unrounded; cells that a spreadsheet would run as formulas are made text."""
    from cnnlab.evaluation.csv_cells import inert

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["run_id", "name", "state", *(column.name for column in wanted)])
    for place, run in enumerate(runs):
        cells = [_cell(column.values[place]) for column in wanted]
        writer.writerow([run.run_id, inert(run.name), run.state.value, *cells])
    return written.getvalue()


def _cell(value: Any) -> Any:
    from cnnlab.evaluation.csv_cells import inert

    if value is None or isinstance(value, int | float):
        return value
    return inert(str(value))


def _metrics(run: Run) -> dict[str, float]:
    """Of the epoch that is kept, and of the test."""
    record: Mapping[str, Any] = run.best_record or run.last
    found = {name: value for name, value in record.items() if name.partition("_")[0] in ("val", "train")}
    found |= {f"val_{name}": value for name, value in (run.result.get("validation") or {}).items()}
    found |= {f"test_{name}": value for name, value in (run.result.get("test") or {}).items()}
    return {name: number for name, value in found.items() if (number := _number(value)) is not None}


def _number(value: Any) -> float | None:
    """Finite ones only; ``True`` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
