"""Which runs are compared: a choice that the address keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnlab.errors import Problem
from cnnlab.runs.comparison import MOST
from cnnlab.runs.run import Run
from cnnlab.ui import run_choice
from cnnlab.ui.compare.names import short
from cnnlab.ui.edge import safely
from cnnlab.ui.language import t
from cnnlab.ui.text import distinct, sentence

_KEY = "compare_runs"
_REFUSED = "compare_refused"  # how many were chosen, when those were too many
_LONGEST = 70  # characters of a choice


def folded(known: Mapping[str, Run], chosen: Sequence[str]) -> None:
    """Behind a button: once the runs are chosen, what matters is what they say."""
    with st.popover(t("compare.change"), icon=":material/checklist:", key="compare_change"):
        draw(known, chosen)


def draw(known: Mapping[str, Run], chosen: Sequence[str]) -> None:
    labels = distinct({run_id: short(run_choice.words(run), _LONGEST) for run_id, run in known.items()})
    placeholder, changed = t("compare.placeholder"), safely(_keep)
    run_choice.several(labels, chosen, t("compare.runs"), key=_KEY, placeholder=placeholder, on_change=changed)
    if refused := st.session_state.pop(_REFUSED, 0):
        # Streamlit's own limit would be said in English
        st.error(sentence(Problem("too_many_runs", "", {"value": refused, "limit": MOST})), icon=":material/error:")


def _keep() -> None:
    chosen = st.session_state[_KEY]
    if len(chosen) > MOST:
        st.session_state[_REFUSED] = len(chosen)
        chosen = chosen[:MOST]
    if chosen:
        st.query_params["runs"] = ",".join(chosen)
    else:
        st.query_params.pop("runs", None)
