"""The run page from top to bottom: title and actions, progress or ending, four numbers, tabs."""

from __future__ import annotations

import streamlit as st

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs import control
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view
from cnnlab.ui import address
from cnnlab.ui.badges import state_badge
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import RUNS_PAGE
from cnnlab.ui.run import buttons, numbers, queue, tabs
from cnnlab.ui.run.cards import what
from cnnlab.ui.run.words import ending_words, is_stopping, progress_words, share_done, stopping_words, waiting_words
from cnnlab.ui.text import plain

_SILENT_SECONDS = 30.0  # a worker that lives says something every half second


def way_back() -> None:
    st.page_link(RUNS_PAGE, label=t("frame.runs"), icon=":material/arrow_back:")


def requested_id() -> str:
    """The id in the address. Raises ``RunError`` ("no_run_named", "bad_run_id") before anything is looked up."""
    wanted = address.run_id()
    if wanted is None:
        raise RunError("no_run_named")
    return wanted


def is_there(run_id: str) -> bool:
    """Whether there is a run to draw; one in the trash is offered back instead."""
    if run_id not in control.deleted(Home.current()):
        return True
    buttons.deleted(run_id)
    return False


def read(run_id: str) -> Run:
    return view(Home.current(), run_id)


def draw(run: Run) -> None:
    st.set_page_config(page_title=f"{run.name} · CNN Lab")
    _title(run)
    st.caption(_facts(run))
    if run.state.is_final:
        _ending(run)
    else:
        _progress(run)
    if not run.by_cnnlab:
        st.caption(t("run.by_others"))
    elif run.experiment is None:
        st.warning(t("run.description_missing"), icon=":material/warning:")
    numbers.draw(run)
    tabs.draw(run)


def _title(run: Run) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.title(plain(run.name), anchor=False, width="content")
            state_badge(run.state)
        row = st.container(horizontal=True, vertical_alignment="center", width="content")
    below = st.container()
    with row:
        buttons.draw(run, below)
    with below:
        buttons.repeated(run)


def _facts(run: Run) -> str:
    words = [what(run)]
    if run.result.get("parameters"):
        words.append(t("run.parameters", parameters=formats.whole(run.result["parameters"], language())))
    if run.started:
        words.append(t("run.started", started=formats.moment(run.started, language())))
    else:
        words.append(t("run.created", created=formats.moment(run.created, language())))
    if run.attempt > 1:
        words.append(t("run.attempt", attempt=run.attempt))
    return " · ".join(words)


def _progress(run: Run) -> None:
    if run.state is RunState.QUEUED:
        queue.draw(run)
        return
    st.progress(share_done(run.progress) or 0.0, text=progress_words(run))
    if waiting := waiting_words(run):
        st.caption(waiting)
    if is_stopping(run):
        st.caption(stopping_words(run))
    if not run.local and run.by_cnnlab:
        st.caption(t("run.elsewhere"))
    if run.heard_seconds is not None and run.heard_seconds > _SILENT_SECONDS:
        st.caption(t("run.heard", duration=formats.duration(run.heard_seconds)))


def _ending(run: Run) -> None:
    words = ending_words(run)
    if run.state is RunState.FAILED:
        st.error(words, icon=":material/error:")
    elif run.state is RunState.LOST:
        st.warning(words, icon=":material/help:")
    else:
        st.markdown(words)
