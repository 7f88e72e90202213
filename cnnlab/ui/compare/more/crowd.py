"""The compared runs, or those and every other of their datasets: a front of two points says little."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.compared import Compared
from cnnlab.home import Home
from cnnlab.runs import table
from cnnlab.runs.run import Run
from cnnlab.runs.table import Column
from cnnlab.runs.view import listing
from cnnlab.ui.compare import choice
from cnnlab.ui.language import t

_MOST = 300


def choose(found: Compared) -> tuple[Sequence[Run], Sequence[Column]]:
    """The compared runs come first."""
    labels = {"chosen": t("compare.more.chosen"), "all": t("compare.more.all_runs", count=_MOST)}
    if choice.segmented("of", t("compare.more.of"), labels) == "chosen":
        return found.runs, found.columns
    datasets = {run.dataset for run in found.runs}
    ids = {run.run_id for run in found.runs}
    others = [run for run in listing(Home.current(), limit=_MOST) if run.dataset in datasets and run.run_id not in ids]
    runs = [*found.runs, *others]
    return runs, table.columns(runs)
