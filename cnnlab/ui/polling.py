"""Drawing again and again while something changes, and not one time more."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from cnnlab.errors import Problem
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui.edge import edge

YOUNG_SECONDS = 60.0


def follow(read: Callable[[], Run], draw: Callable[[Run], None]) -> None:
    """Draws a run; until it has ended, every 2 s, and every second in its first minute.

    Only this part of the page is drawn again. When the run ends, the page runs once more and then rests.
    """
    run = read()
    if has_ended(run):
        draw(run)
        return
    young = _is_young(run)

    @st.fragment(run_every="1s" if young else "2s")
    def tick() -> None:
        with edge():
            now = read()
            if has_ended(now) or _is_young(now) != young:
                st.rerun()
            draw(now)

    tick()


def repeat(draw: Callable[[], None], *, seconds: float | None) -> None:
    """Draws every ``seconds``; once when they are ``None``."""

    @st.fragment(run_every=seconds)
    def tick() -> None:
        with edge():
            draw()

    tick()


def has_ended(run: Run) -> bool:
    """Final, and written down as such: a run that only looks lost may still be heard of, or be settled otherwise."""
    if not run.state.is_final or run.folder is None or run.reason != Problem("worker_vanished"):
        return run.state.is_final
    return Journal(run.folder).status().state.is_final


def _is_young(run: Run) -> bool:
    return time.time() - (run.started or run.created) < YOUNG_SECONDS
