"""The way into MLflow's own pages: a button that starts them once, then links to run, comparison and charts."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import mlflow_ui
from cnnlab.jobs.mlflow_ui import Server
from cnnlab.runs.run import Run
from cnnlab.ui import background
from cnnlab.ui.background import Work
from cnnlab.ui.language import t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain, sentence

_WORK = "mlflow"


def draw(runs: Sequence[Run]) -> None:
    """For these runs (those that MLflow knows); for the whole list where there are none."""
    home = Home.current()
    server = next((found for run in runs if (found := mlflow_ui.of_run(home, run))), None) or mlflow_ui.find(home)
    work = background.find(_WORK)
    if server is not None:
        _links(server, [run for run in runs if mlflow_ui.of_run(home, run) == server], runs)
    elif background.going(_WORK):
        while_there(lambda: background.going(_WORK), _starting, seconds=1.0)
    else:
        for problem in work.problems if work is not None else ():
            st.error(sentence(problem), icon=":material/error:")
        if st.button(t("mlflow.start"), icon=":material/open_in_new:", help=t("mlflow.start_help"), key="mlflow_start"):
            background.begin(_WORK, lambda progress: mlflow_ui.start(home, progress))
            st.rerun()


def _links(server: Server, shown: Sequence[Run], runs: Sequence[Run]) -> None:
    """Into the pages of the runs that this server shows; those that it lacks are counted."""
    known = [(run.mlflow_experiment_id or "", run.mlflow_run_id) for run in shown if run.mlflow_run_id]
    experiment = known[0][0] if known else server.experiment
    with st.container(horizontal=True, vertical_alignment="center"):
        label = t("mlflow.run" if len(known) == 1 else "mlflow.compare" if known else "mlflow.list")
        st.link_button(label, mlflow_ui.link(server, known), icon=":material/open_in_new:")
        if experiment and len(known) != 1:
            st.link_button(t("mlflow.charts"), mlflow_ui.charts(server, experiment), icon=":material/show_chart:")
        st.caption(t("mlflow.at", address=plain(server.address)), width="content")
        if server.process is not None:
            _stop_button()
    if 0 < len(known) < len(runs):
        st.caption(t("mlflow.lacking", count=len(runs) - len(known)))


def _stop_button() -> None:
    if st.button(t("mlflow.stop"), icon=":material/stop_circle:", type="tertiary", key="mlflow_stop"):
        mlflow_ui.stop(Home.current())
        background.forget(_WORK)
        st.rerun()


def _starting(work: Work) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        so_far = formats.duration(time.time() - work.started)
        st.markdown(t("mlflow.starting", duration=so_far), width="content")
        if st.button(t("mlflow.cancel"), icon=":material/close:", type="tertiary", key="mlflow_cancel"):
            work.cancel()
