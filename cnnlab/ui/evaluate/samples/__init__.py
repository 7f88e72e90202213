"""Samples that stand out: duplicates, outliers, labels that may be wrong."""

from __future__ import annotations

import streamlit as st

from cnnlab.ui import address
from cnnlab.ui.edge import edge
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.samples import duplicates, outliers, suspects
from cnnlab.ui.language import t

_PARTS = {"duplicates": duplicates.draw, "outliers": outliers.draw, "suspects": suspects.draw}
_PART = "samples_part"


def draw(case: Case) -> None:
    labels = {name: t(f"samples_page.part.{name}") for name in _PARTS}
    if address.asked("part") in _PARTS:
        st.session_state[_PART] = address.asked("part")
    first = next(iter(_PARTS))
    st.session_state.setdefault(_PART, first)
    chosen = st.segmented_control(
        t("samples_page.parts"),
        list(_PARTS),
        required=True,
        format_func=labels.__getitem__,
        key=_PART,
        persist_state="session",
        label_visibility="collapsed",
    )
    part = chosen or first
    address.keep("part", part if part != first else None)
    with edge():
        _PARTS[part](case)
