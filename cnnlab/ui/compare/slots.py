"""Which colour, dash and symbol a compared run has: the same everywhere, also when another run is taken away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

_KEY = "compare_slots"


def slots(run_ids: Sequence[str]) -> list[int]:
    """The place of each run among the cues: its place in the address when it came, kept while it stays."""
    known: dict[str, int] = {
        run_id: slot for run_id, slot in st.session_state.get(_KEY, {}).items() if run_id in run_ids
    }
    for place, run_id in enumerate(run_ids):
        if run_id not in known:
            taken = set(known.values())
            free = (slot for slot in range(len(run_ids) + len(taken)) if slot not in taken)
            known[run_id] = place if place not in taken else next(free)
    st.session_state[_KEY] = known
    return [known[run_id] for run_id in run_ids]
