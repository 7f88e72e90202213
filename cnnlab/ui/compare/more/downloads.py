"""The comparison to take along: a table, and a report that any browser opens."""

from __future__ import annotations

import shlex

import streamlit as st

from cnnlab.evaluation.compared import Compared
from cnnlab.plots.compare_report import Asked, html_report
from cnnlab.runs import table
from cnnlab.ui import download
from cnnlab.ui.compare.slots import slots
from cnnlab.ui.language import language, t


def draw(found: Compared) -> None:
    """Both are made when they are asked for."""
    ids = [run.run_id for run in found.runs]
    baseline, by, against = (st.query_params.get(name) for name in ("baseline", "by", "against"))
    known = {column.name: column for column in found.columns}
    cost = known.get(against or "")
    command = ["python", "-m", "cnnlab", "compare", *ids]
    for option, given in (("baseline", baseline in ids and baseline), ("by", by in known and by)):
        command += [f"--{option}", given] if given else []
    command += ["--cost", cost.name] if cost is not None and cost.numeric else []
    asked = Asked(
        baseline=ids.index(baseline) if baseline in ids else None,
        by=known.get(by or ""),
        against=cost if cost is not None and cost.numeric else None,
        slots=slots(ids),
        command=shlex.join([*command, "--out", "comparison.html"]),
    )
    spoken, names = language(), table.names_of(found.runs)
    with st.container(horizontal=True):
        download.button(
            t("compare.more.csv"),
            lambda: table.as_csv(found.runs, found.columns),
            "comparison.csv",
            key="compare_csv",
            icon=":material/table:",
        )
        download.button(
            t("compare.more.html"),
            lambda: html_report(found, names, asked, spoken),
            "comparison.html",
            key="compare_html",
            icon=":material/description:",
        )
