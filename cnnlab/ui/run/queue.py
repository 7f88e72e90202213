"""The queue as the page of a waiting run shows it: what trains now, what comes next, in which order."""

from __future__ import annotations

import streamlit as st

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from cnnlab.ui.badges import state_badge
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.run.cards import what
from cnnlab.ui.run.words import progress_words, queue_words
from cnnlab.ui.text import plain

_OPEN = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING)
_SHOWN = 12


def draw(run: Run) -> None:
    """The place of ``run``, and the runs before and after it."""
    runs = in_order(listing(Home.current(), limit=1000, states=_OPEN))
    st.markdown(queue_words(run, [other for other in runs if other.state is RunState.QUEUED]))
    st.markdown(f"**{t('run.queue.title')}**")
    with st.container(border=True):
        for place, other in enumerate(_around(runs, run)):
            _row(place, other, other.run_id == run.run_id)


def in_order(runs: list[Run]) -> list[Run]:
    """What trains first, then what waits: the oldest is next."""
    return sorted(runs, key=lambda run: (run.state is RunState.QUEUED, run.created))


def _around(runs: list[Run], run: Run) -> list[Run]:
    """All of a short queue; of a long one what comes before ``run``, as far as there is room."""
    place = next((place for place, other in enumerate(runs) if other.run_id == run.run_id), 0)
    first = max(0, min(place - _SHOWN + 1, len(runs) - _SHOWN))
    return runs[first : first + _SHOWN]


def _row(place: int, run: Run, is_this: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"queue_{place}"):
        state_badge(run.state)
        if is_this:
            st.markdown(f"**{plain(run.name)}**", width="content")
        else:
            st.page_link(RUN_PAGE, label=plain(run.name), query_params={"run": run.run_id})
        words = progress_words(run) if run.state.is_active else formats.moment(run.created, language())
        st.caption(f"{what(run)} · {words}", width="content")
