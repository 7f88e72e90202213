"""The parts of Home."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnlab import system
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.states import RunState
from cnnlab.runs.view import Run, listing
from cnnlab.ui import actions
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import RUNS_PAGE, TRAIN_PAGE
from cnnlab.ui.polling import has_ended, repeat
from cnnlab.ui.run.cards import card
from cnnlab.ui.text import plain

_PICTURE = Path(__file__).resolve().parents[3] / "static" / "shapes.png"
_CARDS = 6
_LOOKED_AT = 50


def invitation() -> None:
    """What this is, and the one button."""
    with st.container(border=True):
        words, picture = st.columns([3, 2], vertical_alignment="center", gap="medium")
        with words:
            st.title(t("home.promise"), anchor=False)
            st.markdown(t("home.sentence"))
            with st.container(horizontal=True):
                begin = st.button(t("home.train"), type="primary", icon=":material/play_arrow:", key="train_default")
                if st.button(t("home.own"), icon=":material/tune:", key="set_up"):
                    st.switch_page(TRAIN_PAGE)
            if begin:
                with edge():
                    actions.start(Experiment())
            st.caption(_cost(listing(Home.current(), limit=_LOOKED_AT, states=(RunState.FINISHED,))))
        picture.image(str(_PICTURE), alt=t("home.picture"), width="stretch")


def latest_runs() -> None:
    """The newest runs as cards, kept fresh while one of them is not final."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(t("home.latest"), anchor=False, width="content")
        st.page_link(RUNS_PAGE, label=t("home.all"), icon=":material/arrow_forward:", icon_position="right")
    runs = listing(Home.current(), limit=_CARDS)
    if not runs:
        with st.container(border=True):
            st.markdown(f"**{t('home.empty_title')}**")
            st.markdown(t("home.empty", button=t("home.train")))
        return
    repeat(_cards, seconds=2.0 if not all(has_ended(run) for run in runs) else None)


def machine() -> None:
    """What there is to train on."""
    home = Home.current()
    facts = system.facts(home)
    st.subheader(t("home.machine"), anchor=False)
    total = formats.size(facts.memory_bytes, language())
    with st.grid(4, min_column_width=170, border=True):
        _fact("device", facts.gpu or "CPU", plain(facts.processor), "developer_board")
        _fact("cores", formats.whole(facts.cores, language()), t("home.cores_note"), "memory")
        _fact(
            "memory",
            formats.size(facts.memory_free_bytes, language()),
            t("home.memory_note", total=total),
            "memory_alt",
        )
        _fact("disk", formats.size(facts.disk_free_bytes, language()), t("home.disk_note"), "hard_drive")
    st.caption(t("home.folder", folder=plain(str(home.root))))


def _fact(name: str, value: str, note: str, icon: str) -> None:
    st.metric(t(f"home.{name}"), plain(value), icon=f":material/{icon}:", delta_description=note)


def _cards() -> None:
    home = Home.current()
    runs = listing(home, limit=_CARDS)
    queued = listing(home, limit=_LOOKED_AT, states=(RunState.QUEUED,))
    with st.grid(3, min_column_width=300, border=True) as grid:
        for run in runs:
            with grid.cell():
                card(run, queued)
    if runs and all(has_ended(run) for run in runs) and _was_open(runs):
        st.rerun()  # once more without a timer


def _was_open(runs: list[Run]) -> bool:
    """Whether some card showed a run that has ended since."""
    was = st.session_state.get("open_runs", set())
    st.session_state["open_runs"] = {run.run_id for run in runs if not has_ended(run)}
    return bool(was)


def _cost(finished: list[Run]) -> str:
    """What the button costs: as measured here, where that was done before."""
    same = Experiment().sha256
    for run in finished:
        if run.experiment is not None and run.experiment.sha256 == same and run.train_seconds:
            return t("home.cost_measured", duration=formats.duration(run.train_seconds))
    return t("home.cost")
