"""A split that the network has not seen yet: it runs over it once, in the background; MLflow is told what came out."""

from __future__ import annotations

import contextlib
import time

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.errors import RunError
from cnnlab.evaluation.stored import is_current
from cnnlab.home import Home
from cnnlab.runs import artifacts
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui import background, going, trained
from cnnlab.ui.edge import safely
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence

_RETRY_SECONDS = 30.0


def ready(run: Run, split: str) -> bool:
    """Whether the predictions of ``split`` are there; else the page shows how far they are, or why they are not.

    Begins by itself: whoever chose the split asked for it. After an end without a result there is a button.
    """
    if run.folder is None or _is_measured(run, split):
        if run.folder is not None:
            _tell(run)
        return True
    name = f"predictions {run.run_id} {trained.stamp(run)} {split}"
    work = background.find(name)
    if work is None:
        _begin(name, run.run_id, split)
        work = background.find(name)
    if background.going(name):
        st.caption(t("evaluate_page.measuring"))
        going.draw(name, t("evaluate_page.cancel"), key="evaluate_measuring")
        return False
    for problem in work.problems if work else ():
        st.error(sentence(problem), icon=":material/error:")
    st.button(
        t("evaluate_page.measure"),
        icon=":material/refresh:",
        key="evaluate_measure",
        on_click=safely(_begin),
        args=(name, run.run_id, split),
    )
    return False


def _is_measured(run: Run, split: str) -> bool:
    assert run.folder is not None  # noqa: S101  # asked before
    with contextlib.suppress(RunError):  # damaged: measured anew
        return is_current(run.folder, split)
    return False


def _begin(name: str, run_id: str, split: str) -> None:
    home = Home.current()

    def measure(progress: Progress) -> None:
        from cnnlab.evaluation.evaluate import ensure_measured  # torch

        ensure_measured(Journal.open(home, run_id), home, split, progress=progress)

    background.begin(name, measure)


def _tell(run: Run) -> None:
    """From a thread, and again now and then while MLflow lacks something; repairs do it too."""
    home = Home.current()
    journal = Journal.open(home, run.run_id)
    if not artifacts.waiting(journal):
        return
    name = f"predictions told {run.run_id}"
    work = background.find(name)
    if work is None or (work.ended and time.time() - work.started > _RETRY_SECONDS):
        background.begin(name, lambda _: _told(journal, home))


def _told(journal: Journal, home: Home) -> bool:
    from cnnlab.runs.publisher import tell_predictions

    return tell_predictions(journal, home)
