"""The parts of the sanity check: which run, what is checked, what came out."""

from __future__ import annotations

import streamlit as st

from cnnlab.errors import RunError
from cnnlab.runs.run import Run
from cnnlab.ui import background, run_choice
from cnnlab.ui.data import progress
from cnnlab.ui.edge import edge, safely
from cnnlab.ui.language import t
from cnnlab.ui.polling import while_there
from cnnlab.ui.sanity import check, labels, results
from cnnlab.ui.text import sentence

_POLL_SECONDS = 0.7


def head() -> None:
    st.title(t("sanity_page.title"), anchor=False)
    st.caption(t("sanity_page.caption"))


def choose_run() -> Run | None:
    return run_choice.choose(t("sanity_page.no_runs"))


def draw(run: Run) -> None:
    """Choices and the button; how far it is; what is known so far, also while more is computed."""
    if not run.state.is_final:  # nobody looks at the test split of a run that still trains
        raise RunError("run_in_training", value=run.name)
    asked = check.choose(run)
    if asked is None:
        return
    name = asked.work_name
    with st.container(horizontal=True, vertical_alignment="center"):
        # a callback: a click counts also where the next one comes before the page has been drawn
        st.button(
            t("sanity_page.check"),
            type="primary",
            icon=":material/rule:",
            key="sanity_check",
            on_click=safely(check.begin),
            args=(name, asked.compute),
        )
        _progress(name)
    _problems(name)
    with edge():
        results.draw(asked)
    with edge():
        labels.draw(asked)


def _progress(name: str) -> None:
    if background.going(name) is None:
        return
    if st.button(t("sanity_page.cancel"), icon=":material/close:", key="sanity_cancel"):
        work = background.going(name)
        if work is not None:
            work.cancel()
    while_there(lambda: background.going(name), _working, seconds=_POLL_SECONDS)


def _working(work: background.Work) -> None:
    st.progress(work.share or 0.0, text=progress.words(work), width=420)


def _problems(name: str) -> None:
    work = background.find(name)
    for problem in work.problems if work is not None and work.ended else ():
        st.error(sentence(problem), icon=":material/error:")
