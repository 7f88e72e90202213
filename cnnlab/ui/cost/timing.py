"""Measuring how long networks take to answer: on a button, in the background, one after another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui import background, going
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence

_SLOT = "latency_work"


def offer(runs: Sequence[Run]) -> None:
    """A button for those of ``runs`` that can be timed and were not; what it finds is kept with the runs."""
    ready = [run for run in runs if run.folder is not None and run.state.is_final and run.result]
    if not ready:
        return
    name = background.own(f"latency {' '.join(run.run_id for run in ready)}")
    if background.going(name):
        going.draw(name, t("cost.cancel"), key="latency_cancel")
        return
    work = background.find(name)
    if work is not None and work.problems:
        st.error(" ".join(sentence(problem) for problem in work.problems), icon=":material/error:")
    done = all("latency_ms_1" in run.result for run in ready)
    if st.button(t("cost.time_again" if done else "cost.time"), icon=":material/timer:", key="latency_measure"):
        home, ids = Home.current(), [run.run_id for run in ready]
        going.begin(name, lambda tell: _measure(home, ids, tell), slot=_SLOT)
        st.rerun()


def _measure(home: Home, ids: Sequence[str], progress: Progress) -> None:
    from cnnlab.evaluation import latency  # torch

    for place, run_id in enumerate(ids):
        journal = Journal.open(home, run_id)
        latency.keep(journal, latency.measure(journal, progress=_of_all(progress, place, len(ids))))


def _of_all(progress: Progress, place: int, count: int) -> Progress:
    """Told of one network, tells of all ``count``."""

    def tell(phase: str, done: int, total: int) -> None:
        progress(phase, place * total + done, count * total)

    return tell
