"""The parts of Compare: which runs, the verdict, a card each, what differs, the curves."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.paired import Pair
from cnnlab.home import Home
from cnnlab.runs import comparison
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing, view
from cnnlab.ui import address
from cnnlab.ui.compare import cards, costs, curves, images, more, picker, seeds, settings, sharing, tested
from cnnlab.ui.compare.words import untested_words, verdict_words
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.polling import has_ended, while_there
from cnnlab.ui.text import message

_OFFERED = 200
_BESIDE = 3  # so many columns of settings fit beside the curves


def choose() -> list[Run]:
    """The title, and the runs of the address, which the picker changes. One that can't be found is said, others stay.

    Raises ``RunError`` ("bad_run_id", "too_many_runs").
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(t("compare.title"), anchor=False, width="content")
        buttons = st.container(horizontal=True, width="content")
    wanted = address.run_ids()
    if len(wanted) > comparison.MOST:
        raise RunError("too_many_runs", value=len(wanted), limit=comparison.MOST)
    known = _known(wanted)
    if len(known) < 2:
        _too_few()
        return []
    there = [run_id for run_id in wanted if run_id in known]
    if len(there) < 2:
        picker.draw(known, there)
        _suggestion(list(known), there)
        return []
    with buttons:
        picker.folded(known, there)
        sharing.draw(there)
    return [known[run_id] for run_id in there]


def draw(runs: Sequence[Run]) -> None:
    """Everything about them, kept fresh while one of them is open."""
    still_open = {run.run_id for run in runs if run.local and not has_ended(run)}
    if not still_open:
        _parts(runs)
        return

    def unchanged() -> list[Run] | None:
        now = [view(Home.current(), run.run_id) if run.run_id in still_open else run for run in runs]
        return None if any(has_ended(run) for run in now if run.run_id in still_open) else now

    while_there(unchanged, _parts, seconds=2.0)


def _known(wanted: list[str]) -> dict[str, Run]:
    """The newest runs and those that are wanted, by id."""
    known = {run.run_id: run for run in listing(Home.current(), limit=_OFFERED)}
    for run_id in wanted:
        if run_id not in known:
            try:
                with st.spinner(t("compare.looking")):  # MLflow is asked, whose import takes seconds
                    known[run_id] = view(Home.current(), run_id)
            except LabError as error:
                st.error(message(error), icon=":material/error:")
    return known


def _suggestion(known: list[str], there: list[str]) -> None:
    """What a comparison shows, and a first one."""
    st.markdown(t("compare.empty"))
    pair = [*there, *(run_id for run_id in known if run_id not in there)][:2]
    label = t("compare.with_newest" if there else "compare.newest")
    if st.button(label, type="primary", icon=":material/compare_arrows:", key="compare_newest"):
        st.query_params["runs"] = ",".join(pair)
        st.rerun()


def _too_few() -> None:
    with st.container(border=True):
        st.markdown(t("compare.no_runs"))
        if st.button(t("run_choice.train"), type="primary", icon=":material/model_training:", key="compare_train"):
            st.switch_page(TRAIN_PAGE)


def _parts(runs: Sequence[Run]) -> None:
    found = comparison.verdict(runs)
    pairs = tested.pairs(runs, found)
    _verdict(runs, found, pairs)
    cards.draw(runs, found, pairs)
    seeds.draw(runs)
    tested.draw(runs, pairs)
    images.draw(runs)
    costs.draw(runs)
    if len(runs) > _BESIDE:
        curves.draw(runs)
        settings.draw(runs)
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            settings.draw(runs)
        with right:
            curves.draw(runs)
    more.draw(runs, found, pairs)


def _verdict(runs: Sequence[Run], found: comparison.Verdict, pairs: Sequence[Pair]) -> None:
    notes = [t("compare.chance") if found.best is not None else "", untested_words(runs)]
    with st.container(border=True):
        st.markdown(verdict_words(runs, found))
        if said := tested.words(runs, found, pairs):
            st.markdown(said)
        if any(notes):
            st.caption(" ".join(filter(None, notes)))
