"""How to come by maps: a run that keeps them while it trains, or those of the checkpoints that are there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab import draft_files, drafts
from cnnlab.drafts import Draft
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui import background, run_choice
from cnnlab.ui.data import progress
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain, sentence
from cnnlab.ui.train.opening import from_run

_MAPS = {"tracking.explain.every": 1}
_POLL_SECONDS = 0.7


def empty(runs: Sequence[Run]) -> None:
    """No run has maps: the newest with weights can be started again, or a first one."""
    usable = next((run for run in runs if run_choice.has_weights(run)), None)
    if usable is not None:
        st.markdown(t("timeline_page.none"))
        of(usable)
        return
    with st.container(border=True):
        st.markdown(t("timeline_page.no_runs"))
        if st.button(t("timeline_page.train"), type="primary", icon=":material/model_training:", key="timeline_train"):
            _to_form(Draft.of(Experiment().changed(_MAPS)))


def of(run: Run) -> None:
    """``run`` kept no maps: again with them, or what its checkpoints allow."""
    with st.container(border=True):
        st.markdown(t("timeline_page.without", name=plain(run.name)))
        with st.container(horizontal=True, vertical_alignment="center"):
            key = f"timeline_again_{run.run_id}"
            if st.button(t("timeline_page.again"), type="primary", icon=":material/replay:", key=key):
                _to_form(from_run(run).changed(_MAPS))
            if run.state.is_final and run_choice.has_weights(run):
                _later(run)


def _later(run: Run) -> None:
    name = f"timeline {run.run_id}"
    if st.button(t("timeline_page.later"), icon=":material/calculate:", key=f"timeline_later_{run.run_id}"):
        from cnnlab.explain.timeline import later as timeline_later

        home = Home.current()
        journal = Journal.open(home, run.run_id)
        background.begin(name, lambda tell: timeline_later.compute(journal, home, progress=tell))
    if background.going(name):
        while_there(lambda: background.going(name), _working, seconds=_POLL_SECONDS)
        return
    work = background.find(name)
    if work is None:
        return
    background.forget(name)
    for problem in work.problems:
        st.error(sentence(problem), icon=":material/error:")
    if work.result:
        st.query_params["run"] = run.run_id
        st.rerun()


def _working(work: background.Work) -> None:
    st.markdown(f":material/hourglass_top: {progress.words(work)}")


def _to_form(draft: Draft) -> None:
    """The form on the Train page, filled."""
    draft_id = draft_files.new_id()
    drafts.write(draft, draft_id, Home.current())
    st.switch_page(TRAIN_PAGE, query_params={"draft": draft_id})
