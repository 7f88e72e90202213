"""The run page from top to bottom: title and actions, progress or ending, four numbers, tabs."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.errors import RunError
from cnnlab.home import RUN_ID, Home
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing, view
from cnnlab.ui import actions, numbers, run_tabs
from cnnlab.ui.badges import state_badge
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.run_cards import again_button, resume_button, what
from cnnlab.ui.run_words import ending_words, is_stopping, progress_words, queue_words, share_done
from cnnlab.ui.text import plain

_SILENT_SECONDS = 30.0  # a worker that lives says something every half second


def way_back() -> None:
    st.page_link(actions.HOME_PAGE, label=t("run.back"), icon=":material/arrow_back:")


def requested_id() -> str:
    """The id in the address. Raises ``RunError`` ("no_run_named", "bad_run_id") before anything is looked up."""
    wanted = st.query_params.get("run", "")
    if not wanted:
        raise RunError("no_run_named")
    if not RUN_ID.fullmatch(wanted):
        raise RunError("bad_run_id")
    return wanted


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
    if run.experiment is None:
        st.warning(t("run.description_missing"), icon=":material/warning:")
    numbers.draw(run)
    run_tabs.draw(run)


def _title(run: Run) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.title(plain(run.name), anchor=False, width="content")
            state_badge(run.state)
        buttons = st.container(horizontal=True, vertical_alignment="center", width="content")
    below = st.container()
    with buttons:
        _buttons(run, below)


def _buttons(run: Run, below: DeltaGenerator) -> None:
    if run.can_stop and not is_stopping(run):
        help_text = t("run.stop_queued_help" if run.state is RunState.QUEUED else "run.stop_help")
        if st.button(t("run.stop"), icon=":material/stop_circle:", help=help_text, key="stop"):
            with below, edge():
                actions.stop(run)
                st.rerun()
    if run.state.is_final:
        resume_button(run, below)
        again_button(run, below)


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
        queued = listing(Home.current(), limit=1000, states=(RunState.QUEUED,))
        st.markdown(queue_words(run, queued))
        return
    st.progress(share_done(run.progress) or 0.0, text=progress_words(run))
    if is_stopping(run):
        st.caption(t("run.stopping"))
    if not run.local:
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
