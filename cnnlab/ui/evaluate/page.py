"""The parts of Evaluate: which run, which of its splits, which view; only the view that is open is computed.

A view is a module of this package with ``draw(case)``; its name is its tab and stands in the address.
"""

from __future__ import annotations

import importlib

import streamlit as st

from cnnlab.evaluation.predictions import SPLITS
from cnnlab.runs.run import Run
from cnnlab.ui import address, run_choice
from cnnlab.ui.edge import edge
from cnnlab.ui.evaluate import measuring
from cnnlab.ui.evaluate.case import Case, case_of
from cnnlab.ui.language import t
from cnnlab.ui.navigation import RUN_PAGE

VIEWS = ("quality", "calibration", "thresholds", "space", "samples", "groups", "robustness", "more_data")
_OF_EVERY_SPLIT = ("quality", "groups", "space", "samples")  # the others are about the test split
_VIEW, _SPLIT = "evaluate_view", "evaluate_split"


def head() -> None:
    st.title(t("evaluate_page.title"), anchor=False)
    st.caption(t("evaluate_page.caption"))


def choose_run() -> Run | None:
    return run_choice.choose(t("evaluate_page.empty"))


def read(run: Run) -> Case | None:
    """``None`` while the run trains: nobody looks at its test split before the end; the page has said so."""
    if not run.state.is_final:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(t("evaluate_page.still_training"))
            st.page_link(RUN_PAGE, label=t("evaluate_page.to_run"), query_params={"run": run.run_id})
        return None
    view = _view()
    split = _split() if view in _OF_EVERY_SPLIT else "test"
    return case_of(run, split) if measuring.ready(run, split) else None


def draw(case: Case) -> None:
    view = importlib.import_module(f"cnnlab.ui.evaluate.{st.session_state[_VIEW]}")
    with edge():
        view.draw(case)


def _view() -> str:
    labels = {name: t(f"evaluate_page.view.{name}") for name in VIEWS}
    if address.asked("view") in VIEWS:
        st.session_state[_VIEW] = address.asked("view")
    st.session_state.setdefault(_VIEW, VIEWS[0])
    chosen = st.pills(
        t("evaluate_page.views"),
        VIEWS,
        required=True,
        format_func=labels.__getitem__,
        key=_VIEW,
        wrap=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    view = chosen or VIEWS[0]
    address.keep("view", None if view == VIEWS[0] else view)
    return view


def _split() -> str:
    """The test split unless another is asked for; what a network learned from says little about what it can."""
    labels = {name: t(f"evaluate_page.split.{name}") for name in SPLITS}
    if address.asked("split") in SPLITS:
        st.session_state[_SPLIT] = address.asked("split")
    st.session_state.setdefault(_SPLIT, "test")
    chosen = st.segmented_control(
        t("evaluate_page.splits"),
        SPLITS[::-1],
        required=True,
        format_func=labels.__getitem__,
        key=_SPLIT,
        persist_state="session",
        label_visibility="collapsed",
    )
    split = chosen or "test"
    address.keep("split", None if split == "test" else split)
    if split != "test":
        st.caption(t(f"evaluate_page.about.{split}"))
    return split
