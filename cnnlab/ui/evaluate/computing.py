"""A result of Evaluate that takes seconds: its button, how far it is, the way to end it, why it failed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.ui import background
from cnnlab.ui.data import progress
from cnnlab.ui.edge import safely
from cnnlab.ui.language import t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import sentence

_POLL_SECONDS = 0.7


def draw(name: str, function: Callable[[Progress], object], *, label: str, key: str, primary: bool = False) -> None:
    """``name``: of the work, the same for all sessions that ask for the same. ``function`` runs in a thread.

    It keeps its result where the page finds it: when it has ended, the page is drawn again.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        if background.going(name) is None:
            # a callback: a click counts also where the next one comes before the page has been drawn
            st.button(
                label,
                type="primary" if primary else "secondary",
                icon=":material/play_arrow:",
                key=f"compute_{key}",
                on_click=safely(_begin),
                args=(name, function),
            )
        else:
            st.button(
                t("space_page.cancel"),
                icon=":material/close:",
                key=f"cancel_{key}",
                on_click=safely(_cancel),
                args=(name,),
            )
            while_there(lambda: background.going(name), _working, seconds=_POLL_SECONDS)
    work = background.find(name)
    if work is not None and work.ended:
        for problem in work.problems:
            st.error(sentence(problem), icon=":material/error:")


def _begin(name: str, function: Callable[[Progress], object]) -> None:
    background.begin(name, function)


def _cancel(name: str) -> None:
    work = background.going(name)
    if work is not None:
        work.cancel()


def _working(work: background.Work) -> None:
    st.progress(work.share or 0.0, text=progress.words(work), width=420)
