"""Would more data help? What is trained on parts of the training split, and what its accuracy says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.i18n.statistics import points
from cnnlab.jobs import more_data as jobs
from cnnlab.ui import figures
from cnnlab.ui.edge import edge
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.more_data import Point


def draw(case: Case) -> None:
    from cnnlab.evaluation import more_data as evaluation

    home = Home.current()
    steps = jobs.steps(case.run.run_id, home)
    st.caption(t("more_data_page.what"))
    _missing(case, [step.share for step in steps if step.run is None])
    _under_way(steps)
    with st.spinner(t("trained.predicting")):
        found = [evaluation.point(step.run.run_id, home) for step in steps if step.run is not None and step.ready]
    if not found:
        return
    for said in evaluation.sentences(found, language()):
        st.markdown(said)
    if len(found) > 1:
        _chart(case, found)
    _table(steps, found)
    st.caption(t("more_data_page.one_seed"))


def _missing(case: Case, shares: Sequence[float]) -> None:
    if not shares:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(t("more_data_page.start"), type="primary", icon=":material/play_arrow:", key="more_data_start"):
            with edge():
                jobs.start(case.run.run_id, Home.current())
                st.rerun()
        shown = ", ".join(formats.percent(share, language(), 0) for share in shares)
        st.caption(t("more_data_page.missing", shares=shown), width="content")


def _under_way(steps: Sequence[jobs.Step]) -> None:
    waiting = [step.run for step in steps if step.run is not None and not step.ready]
    for run in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            state = t(f"state.{run.state.value}")
            st.markdown(t("more_data_page.under_way", name=plain(run.name), state=state), width="content")
            st.page_link(RUN_PAGE, label=t("more_data_page.to_run"), query_params={"run": run.run_id})
    if waiting:
        st.button(t("more_data_page.refresh"), icon=":material/refresh:", key="more_data_refresh")


def _chart(case: Case, found: Sequence[Point]) -> None:
    from cnnlab.evaluation.more_data import power_law
    from cnnlab.plots import more_data as plot

    said = "; ".join(
        f"{formats.whole(one.samples, language())}: {formats.percent(one.accuracy.value, language())}" for one in found
    )
    law, spoken = power_law(found), language()
    figures.plotly(
        lambda colours: plot.by_size(found, law, plot.words_in(spoken), colours, spoken),
        "more_data",
        of=case.title,
        key="more_data_curve",
        alt=t("more_data_page.chart_alt", points=said),
    )


def _table(steps: Sequence[jobs.Step], found: Sequence[Point]) -> None:
    names = {step.run.run_id: step.run.name for step in steps if step.run is not None}
    rows = [
        {
            t("more_data_page.share"): formats.percent(one.share, language(), 0),
            t("more_data_page.samples"): formats.whole(one.samples, language()),
            t("more_data_page.accuracy"): formats.percent(one.accuracy.value, language()),
            t("more_data_page.interval"): f"{points(one.accuracy.low, language())} – "
            f"{points(one.accuracy.high, language())} %",
            t("more_data_page.run"): plain(names[one.run_id]),
        }
        for one in found
    ]
    st.table(rows, border="horizontal", hide_index=True)
