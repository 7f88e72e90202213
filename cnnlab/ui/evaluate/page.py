"""The parts of Evaluate: which run, which of its splits, which view; only the view that is open is computed.

A view is a module of this package with ``draw(case)``; its name is its tab and stands in the address.
"""

from __future__ import annotations

import importlib

import streamlit as st

from cnnlab.evaluation.predictions import SPLITS
from cnnlab.runs.run import Run
from cnnlab.ui import linked, run_choice
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
    return linked.one_of(
        "view",
        VIEWS,
        t("evaluate_page.views"),
        lambda name: t(f"evaluate_page.view.{name}"),
        key=_VIEW,
        draw=st.pills,
        wrap=True,
        label_visibility="collapsed",
    )


def _split() -> str:
    """The test split unless another is asked for; what a network learned from says little about what it can."""
    split = linked.one_of(
        "split",
        SPLITS[::-1],
        t("evaluate_page.splits"),
        lambda name: t(f"evaluate_page.split.{name}"),
        key=_SPLIT,
        label_visibility="collapsed",
    )
    if split != "test":
        st.caption(t(f"evaluate_page.about.{split}"))
    return split
