"""The selected runs: they stay selected while the list is filtered, sorted, paged, or grows."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.runs.run import Run

_CHOSEN = "runs_chosen"
_CLEARED = "runs_cleared"


def rows(part: Sequence[Run]) -> list[int]:
    """The places of those in ``part`` that are selected."""
    return [place for place, run in enumerate(part) if run.run_id in _ids()]


def update(part: Sequence[Run], selected: Sequence[Run]) -> None:
    """``selected`` are those of ``part`` that are selected now; of the others it says nothing."""
    now, here = {run.run_id for run in selected}, {run.run_id for run in part}
    kept = [run_id for run_id in _ids() if run_id not in here or run_id in now]
    st.session_state[_CHOSEN] = [*kept, *(run.run_id for run in selected if run.run_id not in kept)]


def chosen(runs: Sequence[Run]) -> list[Run]:
    """In the order in which they were selected; one that is gone is selected no more."""
    by_id = {run.run_id: run for run in runs}
    return [by_id[run_id] for run_id in _ids() if run_id in by_id]


def clear() -> None:
    st.session_state[_CHOSEN] = []
    st.session_state[_CLEARED] = generation() + 1


def generation() -> int:
    """Part of the table's key: a table keeps what was ticked in it, so a cleared one is a new one."""
    return int(st.session_state.get(_CLEARED, 0))


def _ids() -> list[str]:
    found: list[str] = st.session_state.get(_CHOSEN, [])
    return found
