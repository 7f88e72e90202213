"""Both networks on their way: the button that starts them, how far each is, what became of it."""

from __future__ import annotations

import streamlit as st

from cnnlab.explain.laboratory.setup import ARMS, Pair, Setup
from cnnlab.home import Home
from cnnlab.jobs import laboratory as jobs
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import view
from cnnlab.ui.badges import state_badge
from cnnlab.ui.language import t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.polling import has_ended, while_there
from cnnlab.ui.run.words import progress_words, share_done
from cnnlab.ui.text import plain, sentence

_POLL_SECONDS = 1.0


def draw(setup: Setup) -> Pair | None:
    """The pair once both are trained; until then what is to be done, or how far they are."""
    home = Home.current()
    pair = jobs.find(setup, home)
    runs = _runs(pair) if pair else []
    if pair and all(run.state is RunState.FINISHED for run in runs):
        return pair
    if pair and not all(has_ended(run) for run in runs):
        while_there(lambda: _under_way(pair), _both, seconds=_POLL_SECONDS)
        return None
    for run in runs:
        if run.state is not RunState.FINISHED:
            _came_to_nothing(run)
    if st.button(t("laboratory_page.train"), type="primary", icon=":material/model_training:", key="laboratory_train"):
        names = {arm: _run_name(arm, setup.variant) for arm in ARMS}
        jobs.begin(setup, home, names)
        st.rerun()
    st.caption(t("laboratory_page.cost"))
    return None


def link(run: Run) -> None:
    st.page_link(
        RUN_PAGE,
        label=t("laboratory_page.open", name=plain(run.name)),
        icon=":material/arrow_forward:",
        query_params={"run": run.run_id},
    )


def _run_name(arm: str, variant: str) -> str:
    return t(f"laboratory.run_name.{arm}", variant=t(f"laboratory.variant.{variant}"))


def _runs(pair: Pair) -> list[Run]:
    return [view(Home.current(), pair.of(arm)) for arm in ARMS]


def _under_way(pair: Pair) -> list[Run] | None:
    runs = _runs(pair)
    return None if all(has_ended(run) for run in runs) else runs


def _both(runs: list[Run]) -> None:
    with st.grid(2, min_column_width=260, border=True) as grid:
        for run in runs:
            with grid.cell():
                st.markdown(f"**{plain(run.name)}**")
                state_badge(run.state)
                if run.state is RunState.RUNNING:
                    st.progress(share_done(run.progress) or 0.0, text=progress_words(run))
                link(run)


def _came_to_nothing(run: Run) -> None:
    reason = sentence(run.reason) if run.reason else t(f"state.{run.state.value}")
    st.error(t("laboratory_page.failed", name=plain(run.name), reason=reason), icon=":material/error:")
    link(run)
