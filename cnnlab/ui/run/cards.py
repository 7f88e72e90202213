"""A run as a card: its name and state, what it trains, how well, or why not and what to do."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.runs.run import Run
from cnnlab.runs.scores import headline
from cnnlab.runs.states import RunState
from cnnlab.ui import actions, metrics
from cnnlab.ui.badges import state_badge
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.run.numbers import series
from cnnlab.ui.run.words import ending_words, progress_words, queue_words
from cnnlab.ui.settings import shown
from cnnlab.ui.text import plain, setting_name


def card(run: Run, queued: list[Run]) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.markdown(f"**{plain(run.name)}**", width="content")
            state_badge(run.state)
        open_link(run)
    st.caption(what(run))
    name = headline(run.last)
    if run.state in (RunState.FAILED, RunState.LOST):
        st.markdown(ending_words(run))
        row, below = st.container(horizontal=True), st.container()
        with row:
            if run.state is RunState.LOST:
                resume_button(run, below)
            again_button(run, below)
    elif name is None:
        st.markdown(_without_epochs(run, queued))
    else:
        _result(run, name)


def open_link(run: Run) -> None:
    address = {"run": run.run_id}
    st.page_link(
        RUN_PAGE, label=t("run.open"), icon=":material/arrow_forward:", icon_position="right", query_params=address
    )


def what(run: Run) -> str:
    """``Digits · LeNet-5``"""
    return f"{shown('data.dataset', run.dataset)} · {shown('model.architecture', run.architecture)}"


def again_button(run: Run, below: DeltaGenerator) -> None:
    """Starts the run again; with the change that its failure suggests, where it suggests one. Errors go ``below``."""
    if run.experiment is None:
        return
    changes = actions.cure(run)
    label, help_text = t("run.again"), t("run.again_help")
    for field, value in changes.items():
        label = t("run.again_with", value=plain(value))
        help_text = t("run.again_with_help", setting=setting_name(field), value=plain(value))
    if st.button(label, icon=":material/restart_alt:", help=help_text, key=f"again_{run.run_id}"):
        with below, edge():
            actions.start_again(run, changes)


def resume_button(run: Run, below: DeltaGenerator) -> None:
    """Puts the run back into the queue, where that is possible. Errors go ``below``."""
    label, help_text, key = t("run.resume"), t("run.resume_help"), f"resume_{run.run_id}"
    if run.can_resume and st.button(label, icon=":material/resume:", help=help_text, key=key):
        with below, edge(), st.spinner(t("run.resuming")):
            actions.resume(run)
            st.rerun()


def _result(run: Run, name: str) -> None:
    best = run.best_record or run.last
    label = t("home.best", metric=metrics.label(name))
    st.metric(label, metrics.formatted(name, best.get(name)), chart_data=series(run, name), delta_color="off")


def _without_epochs(run: Run, queued: list[Run]) -> str:
    if run.state is RunState.QUEUED:
        return queue_words(run, queued)
    if run.state.is_active:
        return progress_words(run)
    return ending_words(run)
