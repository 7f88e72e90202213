"""The parts of Runs: filters, the table, and what can be done with those selected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.query import SORTS, Query, select
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from cnnlab.ui import actions
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.polling import has_ended, repeat, while_there
from cnnlab.ui.runs import bar, elsewhere, selection, table, tag_filter
from cnnlab.ui.settings import shown

PAGE = 50
_READ = 1_000_000
_EVERY = ""


def head() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(t("frame.runs"), anchor=False, width="content")
        if st.button(t("runs_page.new"), icon=":material/add:", key="runs_new"):
            st.switch_page(TRAIN_PAGE)
    bar.undo()


def draw() -> None:
    """The list, kept fresh while some run is open. An empty one says how the first run is made."""
    runs = listing(Home.current(), limit=_READ)
    if not runs and not elsewhere.is_wanted():
        _empty()
        elsewhere.toggle()
        return
    query = filters([*runs, *elsewhere.known()])
    states = [run.state for run in runs]
    is_open = not all(has_ended(run) for run in runs)

    def unchanged() -> list[Run] | None:
        now = listing(Home.current(), limit=_READ)
        return now if [run.state for run in now] == states else None  # the numbers beside the states are out of date

    if is_open:
        while_there(unchanged, lambda now: _list(now, query), seconds=3.0)
    else:
        repeat(lambda: _list(runs, query), seconds=None)
    elsewhere.toggle()


def filters(runs: Sequence[Run]) -> Query:
    """Above the table; every choice outlives a visit to another page."""
    networks = sorted({run.architecture for run in runs if run.architecture})
    with st.grid(4, min_column_width=150) as grid:
        with grid.cell():
            words = _words()
        with grid.cell():
            dataset = _one_of("dataset", "data.dataset", sorted({run.dataset for run in runs if run.dataset}))
        with grid.cell():
            network = _one_of("network", "model.architecture", networks)
        with grid.cell():
            sort = _sort()
    tags = tag_filter.choose(runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            states = _states(runs)
        ascending = st.toggle(t("runs_page.ascending"), key="runs_ascending", persist_state="session")
    chosen = frozenset(RunState(name) for name in states)
    return Query(chosen, dataset or None, network or None, words, sort, ascending, tags)


def _words() -> str:
    return (
        st.text_input(
            t("runs_page.search"),
            placeholder=t("runs_page.search_hint"),
            icon=":material/search:",
            max_chars=200,
            key="runs_words",
            persist_state="session",
        )
        or ""
    )


def _states(runs: Sequence[Run]) -> list[str]:
    """Pills for the states that occur, each with its number."""
    counts = {state.value: sum(run.state is state for run in runs) for state in RunState}
    labels = {name: f"{t(f'state.{name}')} ({count})" for name, count in counts.items()}
    return (
        st.pills(
            t("runs_page.states"),
            [name for name, count in counts.items() if count],
            selection_mode="multi",
            format_func=labels.__getitem__,
            key="runs_states",
            persist_state="session",
            label_visibility="collapsed",
            wrap=True,
        )
        or []
    )


def _one_of(name: str, field: str, values: list[str]) -> str:
    labels = {_EVERY: t(f"runs_page.every_{name}")} | {value: shown(field, value).replace("\\", "") for value in values}
    chosen = st.selectbox(
        t(f"runs_page.{name}"),
        list(labels),
        format_func=labels.__getitem__,
        key=f"runs_{name}_{len(values)}",
        persist_state="session",
    )
    return chosen or _EVERY


def _sort() -> str:
    labels = {name: t(f"runs_page.sorts.{name}") for name in SORTS}
    chosen = st.selectbox(
        t("runs_page.sort"),
        list(SORTS),
        format_func=labels.__getitem__,
        key="runs_sort",
        persist_state="session",
    )
    return chosen or "created"


def _list(runs: Sequence[Run], query: Query) -> None:
    everything = [*runs, *elsewhere.runs()]
    found = select(everything, query)
    pages = max(1, -(-len(found) // PAGE))
    number = st.session_state.get("runs_page_number", 1) if pages > 1 else 1
    first = (min(number, pages) - 1) * PAGE
    part = found[first : first + PAGE]
    above = st.container()
    if part:
        selection.update(part, table.draw(part, key=table_key(part), selected=selection.rows(part)))
    else:
        st.markdown(t("runs_page.no_match"))
    chosen = selection.chosen(everything)
    with above:
        bar.draw(chosen, len(found), len(chosen) - len(selection.rows(part)))
    if pages > 1:
        st.pagination(pages, key="runs_page_number", persist_state="session")


def table_key(part: Sequence[Run]) -> str:
    """Another list is another table: the rows that are ticked in one mean nothing in the next."""
    return f"runs_{_digest(part)}_{selection.generation()}"


def _digest(runs: Sequence[Run]) -> str:
    return hashlib.sha256(" ".join(run.run_id for run in runs).encode()).hexdigest()[:12]


def _empty() -> None:
    with st.container(border=True):
        st.markdown(f"**{t('home.empty_title')}**")
        st.markdown(t("runs_page.empty"))
        if st.button(t("home.train"), type="primary", icon=":material/play_arrow:", key="runs_first"):
            actions.start(Experiment())
