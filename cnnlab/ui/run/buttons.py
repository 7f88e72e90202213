"""What can be done with a run: one or two buttons for what comes next, the rest under "More"."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui import actions
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.navigation import (
    COMPARE_PAGE,
    EXPLAIN_PAGE,
    INSIDE_PAGE,
    PREDICT_PAGE,
    SANITY_PAGE,
    TIMELINE_PAGE,
    TRAIN_PAGE,
)
from cnnlab.ui.run.cards import again_button, resume_button
from cnnlab.ui.run.words import is_stopping


def draw(run: Run, below: DeltaGenerator) -> None:
    """Errors of an action go ``below``."""
    if run.can_stop and not is_stopping(run):
        _stop(run, below)
    if run.state.is_final:
        resume_button(run, below)
        if run.state is RunState.FINISHED and _button("explain", "center_focus_strong"):
            st.switch_page(EXPLAIN_PAGE, query_params={"run": run.run_id})
        again_button(run, below)
    with st.popover(t("run.more"), icon=":material/more_horiz:", key="more"):
        _more(run, below)


def _stop(run: Run, below: DeltaGenerator) -> None:
    help_text = t("run.stop_queued_help" if run.state is RunState.QUEUED else "run.stop_help")
    if st.button(t("run.stop"), icon=":material/stop_circle:", help=help_text, key="stop"):
        with below, edge():
            actions.stop(run)
            st.rerun()


def _more(run: Run, below: DeltaGenerator) -> None:
    if run.experiment is not None and _button("change", "tune", wide=True):
        st.switch_page(TRAIN_PAGE, query_params={"like": run.run_id})
    if run.best_record and _button("predict", "batch_prediction", wide=True):
        st.switch_page(PREDICT_PAGE, query_params={"run": run.run_id})
    if run.local and run.best_record and _button("inside", "biotech", wide=True):
        st.switch_page(INSIDE_PAGE, query_params={"run": run.run_id})
    if run.local and run.state.is_final and run.best_record and _button("sanity", "rule", wide=True):
        st.switch_page(SANITY_PAGE, query_params={"run": run.run_id})
    if run.local and run.best_record and _button("timeline", "timeline", wide=True):
        st.switch_page(TIMELINE_PAGE, query_params={"run": run.run_id})
    if _button("compare", "compare_arrows", wide=True):
        ids = [run.run_id, *([run.parent] if run.parent else [])]
        st.switch_page(COMPARE_PAGE, query_params={"runs": ",".join(ids)})
    if run.local and run.state.is_final and _button("delete", "delete", wide=True):
        with below, edge():
            control.delete(run.run_id, Home.current())
            st.rerun()


def deleted(run_id: str) -> None:
    """In place of a run that lies in the trash: that it does, and the way back."""
    st.markdown(t("run.deleted", days=control.KEPT_DAYS))
    if st.button(t("run.restore"), icon=":material/undo:", key="restore"):
        control.restore(run_id, Home.current())
        st.rerun()


def _button(name: str, icon: str, *, wide: bool = False) -> bool:
    return st.button(
        t(f"run.do.{name}"),
        icon=f":material/{icon}:",
        key=f"do_{name}",
        width="stretch" if wide else "content",
        type="tertiary" if wide else "secondary",
    )
