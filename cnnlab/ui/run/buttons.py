"""What can be done with a run: one or two buttons for what comes next, the rest under "More"."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.home import Home
from cnnlab.jobs import control, repeat
from cnnlab.runs import comparison
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui import actions
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.navigation import (
    COMPARE_PAGE,
    EVALUATE_PAGE,
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
    if run.local and run.experiment is not None and run.best_record and _button("continue", "fork_right", wide=True):
        st.switch_page(TRAIN_PAGE, query_params={"weights": run.run_id})
    if run.local and run.state.is_final and run.best_record and _button("evaluate", "fact_check", wide=True):
        st.switch_page(EVALUATE_PAGE, query_params={"run": run.run_id})
    if run.best_record and _button("predict", "batch_prediction", wide=True):
        st.switch_page(PREDICT_PAGE, query_params={"run": run.run_id})
    if run.local and run.best_record and _button("inside", "biotech", wide=True):
        st.switch_page(INSIDE_PAGE, query_params={"run": run.run_id})
    if run.local and run.state.is_final and run.best_record and _button("sanity", "rule", wide=True):
        st.switch_page(SANITY_PAGE, query_params={"run": run.run_id})
    if run.local and run.best_record and _button("timeline", "timeline", wide=True):
        st.switch_page(TIMELINE_PAGE, query_params={"run": run.run_id})
    if run.local and run.experiment is not None and run.state.is_final:
        _repeat(run, below)
    if _button("compare", "compare_arrows", wide=True):
        ids = [run.run_id, *([run.parent] if run.parent else [])]
        st.switch_page(COMPARE_PAGE, query_params={"runs": ",".join(ids)})
    if run.local and run.state.is_final and _button("delete", "delete", wide=True):
        with below, edge():
            control.delete(run.run_id, Home.current())
            st.rerun()


def _repeat(run: Run, below: DeltaGenerator) -> None:
    """So many runs more with other seeds; what was queued is said below the buttons, with the way to compare."""
    times = st.number_input(t("repeat.times"), 1, repeat.MOST, 4, help=t("repeat.help"), key="repeat_times")
    if _button("repeat", "casino", wide=True):
        with below, edge():
            st.session_state[f"repeated_{run.run_id}"] = repeat.repeat(run.run_id, Home.current(), times=int(times))


def repeated(run: Run) -> None:
    """What was queued of this run a moment ago."""
    queued = st.session_state.get(f"repeated_{run.run_id}")
    if queued:
        st.markdown(t("repeat.queued", count=len(queued)))
        if st.button(t("repeat.compare"), icon=":material/compare_arrows:", key="compare_repeated"):
            ids = [run.run_id, *queued][: comparison.MOST]
            st.switch_page(COMPARE_PAGE, query_params={"runs": ",".join(ids)})


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
