"""One look at a time beyond the curves: scatter and Pareto front, parallel coordinates, groups, a baseline."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.evaluation.compared import Compared
from cnnlab.evaluation.paired import Pair
from cnnlab.runs import comparison, table
from cnnlab.runs.run import Run
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.more import baseline, downloads, groups, parallel, scatter
from cnnlab.ui.language import t

_LOOKS = {"trade": scatter.draw, "parallel": parallel.draw, "groups": groups.draw, "baseline": baseline.draw}


def draw(runs: Sequence[Run], verdict: comparison.Verdict, pairs: Sequence[Pair]) -> None:
    found = Compared(runs, verdict, pairs, comparison.settings(runs), table.columns(runs))
    st.subheader(t("compare.more.title"), anchor=False)
    labels = {name: t(f"compare.more.{name}") for name in _LOOKS}
    look = choice.segmented("more", t("compare.more.title"), labels, hidden=True)
    _LOOKS[look](found)
    downloads.draw(found)
