"""The state of a run: icon, word and colour together, so that none of them has to be read alone."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from cnnlab.runs.states import RunState
from cnnlab.ui.language import t

Colour = Literal["gray", "blue", "green", "orange", "red", "violet"]

_LOOKS: dict[RunState, tuple[str, Colour]] = {
    RunState.QUEUED: (":material/schedule:", "gray"),
    RunState.STARTING: (":material/hourglass_top:", "gray"),
    RunState.RUNNING: (":material/play_circle:", "blue"),
    RunState.FINISHED: (":material/check_circle:", "green"),
    RunState.STOPPED: (":material/stop_circle:", "orange"),
    RunState.FAILED: (":material/error:", "red"),
    RunState.LOST: (":material/help:", "violet"),
}


def state_icon(state: RunState) -> str:
    return _LOOKS[state][0]


def state_badge(state: RunState) -> None:
    icon, colour = _LOOKS[state]
    st.badge(t(f"state.{state.value}"), icon=icon, color=colour)
