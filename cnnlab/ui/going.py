"""Work in the background as a page shows it: how far it is, and the button that ends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.ui import background
from cnnlab.ui.data.progress import words
from cnnlab.ui.edge import safely
from cnnlab.ui.polling import while_there

_POLL_SECONDS = 0.5


def begin(name: str, function: Callable[[Progress], Any], *, slot: str) -> None:
    """Begins the work. ``slot``: in the session; of its works only the latest stays in memory."""
    before = st.session_state.get(slot)
    if before is not None and before != name and not background.going(before):
        background.forget(before)
    st.session_state[slot] = name
    background.begin(name, function)


def draw(name: str, cancel: str, *, key: str) -> None:
    """While the work ``name`` goes on. ``cancel``: what the button says, ``key``: its own."""
    while_there(partial(background.going, name), partial(_bar, cancel, key), seconds=_POLL_SECONDS)


def _bar(cancel: str, key: str, work: background.Work) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(work.share or 0.0, text=words(work))
        st.button(cancel, key=key, disabled=work.cancelled, on_click=safely(work.cancel))
