"""All that is said of several runs side by side: the same on the page, in a terminal and in a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import RunError
from cnnlab.evaluation.differences import pairs_of
from cnnlab.evaluation.paired import Pair
from cnnlab.runs import comparison, pareto, table
from cnnlab.runs.comparison import Row, Verdict
from cnnlab.runs.run import Run
from cnnlab.runs.table import Column


@dataclass(frozen=True)
class Compared:
    """``pairs``: tests of every two that answered the same images; none where the verdict says why not."""

    runs: Sequence[Run]
    verdict: Verdict
    pairs: Sequence[Pair]
    settings: Sequence[Row]
    columns: Sequence[Column]

    def column(self, name: str, field: str = "") -> Column:
        """Raises ``RunError`` ("compare_unknown_column")."""
        return find(self.columns, name, field)

    def place(self, run_id: str, field: str = "") -> int:
        """Raises ``RunError`` ("compare_no_baseline")."""
        for place, run in enumerate(self.runs):
            if run.run_id == run_id:
                return place
        raise RunError("compare_no_baseline", field=field, value=run_id[:80])


def compared(runs: Sequence[Run]) -> Compared:
    """Reads the predictions of each run once; of open runs, whatever there is so far."""
    found = comparison.verdict(runs)
    pairs = [] if found.best is None else pairs_of([run.folder for run in runs])
    return Compared(runs, found, pairs, comparison.settings(runs), table.columns(runs))


def find(columns: Sequence[Column], name: str, field: str = "") -> Column:
    """Raises ``RunError`` ("compare_unknown_column")."""
    for column in columns:
        if column.name == name:
            return column
    raise RunError("compare_unknown_column", field=field, value=name[:80], known=", ".join(c.name for c in columns))


def headline(columns: Sequence[Column]) -> Column | None:
    """The metric that runs are told apart by: of the test, of validation where no run was tested."""
    return next((c for c in columns if c.kind == "metric" and "loss" not in c.name), None) or next(
        (c for c in columns if c.kind == "metric"), None
    )


def axes(columns: Sequence[Column]) -> list[Column]:
    """What a scatter may put the results against: costs, then the settings that are numbers and vary."""
    return [c for c in columns if c.numeric and (c.kind == "cost" or (c.kind == "setting" and c.varies))]


def front(against: Column, result: Column) -> list[int]:
    """Places of the Pareto front. Of a setting the smaller value counts as the cheaper."""
    return pareto.front(
        against.values,
        result.values,
        more_cost=table.more_is_better(against.name),
        more_result=table.more_is_better(result.name),
    )


def as_numbers(column: Column, field: str, columns: Sequence[Column]) -> Column:
    """``column`` itself. Raises ``RunError`` ("compare_no_number")."""
    if column.numeric:
        return column
    known: Any = ", ".join(one.name for one in axes(columns))
    raise RunError("compare_no_number", field=field, value=column.name, known=known)
