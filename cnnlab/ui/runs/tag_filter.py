"""The filter by tags: there once some run has one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.runs import labels
from cnnlab.runs.run import Run
from cnnlab.ui.language import t

_KEY = "runs_tags"


def choose(runs: Sequence[Run]) -> tuple[str, ...]:
    """NAME or NAME=VALUE, of which a run needs all. What was chosen stays, also when no run has it any more."""
    chosen: list[str] = st.session_state.get(_KEY, [])
    there = labels.occurring(run.tags for run in runs if run.tags)
    options = [*there, *(tag for tag in chosen if tag not in there)]
    if not options:
        return ()
    return tuple(
        st.multiselect(
            t("runs_page.tags"),
            options,
            key=_KEY,
            placeholder=t("runs_page.tags_hint"),
            persist_state="session",
        )
    )
