"""Drawing again and again while something changes, and not one time more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from cnnlab.errors import Problem
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui.edge import edge

YOUNG_SECONDS = 60.0

Seen = TypeVar("Seen")


def follow(read: Callable[[], Run], draw: Callable[[Run], None]) -> None:
    """Draws a run; until it has ended, every 2 s, and every second in its first minute.

    Only this part of the page is drawn again. When the run ends, the page runs once more and then rests.
    """
    run = read()
    if has_ended(run):
        draw(run)
        return
    young = _is_young(run)

    def unchanged() -> Run | None:
        now = read()
        return None if has_ended(now) or _is_young(now) != young else now

    while_there(unchanged, draw, seconds=1.0 if young else 2.0)


def while_there(read: Callable[[], Seen | None], draw: Callable[[Seen], object], *, seconds: float) -> None:
    """Draws what ``read`` gives, again and again; when it gives ``None`` the page runs once more.

    Never while the page itself is being drawn: what of it is not on its way to the browser yet would be thrown
    away, and a widget whose value came with it would stay empty there.
    """
    page_is_drawn = False

    @st.fragment(run_every=seconds)
    def tick() -> None:
        nonlocal page_is_drawn
        with edge():
            now = read()
            if now is not None:
                draw(now)
            elif page_is_drawn:
                st.rerun()
            page_is_drawn = True

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
