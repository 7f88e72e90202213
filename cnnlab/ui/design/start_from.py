"""Beginning with something that is there already: a network, a saved design, a run, a YAML file, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from cnnlab import designs
from cnnlab.errors import LabError, Problem
from cnnlab.home import Home
from cnnlab.models.sequences import is_sequence
from cnnlab.registry import registry
from cnnlab.runs.view import listing
from cnnlab.ui.design import opening, words
from cnnlab.ui.design.desk import Desk, Notice, analysed, current
from cnnlab.ui.design.sketch import Sketch
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import distinct

_OFFERED = 100
_LARGEST_MB = 1
_NETWORK, _DESIGN, _RUN, _FILE = "design_from_network", "design_from_design", "design_from_run", "design_from_file"


def draw() -> None:
    """Everything is a click away, and a click can be undone."""
    with st.popover(t("design_page.start.title"), icon=":material/content_copy:", key="start_from"):
        _choice(_NETWORK, networks(), opening.network)
        _choice(_DESIGN, _designs(), opening.design)
        _choice(_RUN, _runs(), opening.run)
        uploader(_FILE)
        st.button(
            t("design_page.start.blank"),
            icon=":material/note_add:",
            key="blank",
            on_click=safely(_blank),
            help=t("design_page.start.blank_help"),
        )


def networks() -> dict[str, str]:
    """Name -> title of those that are plain lists of layers."""
    known = registry("architecture")
    return {name: entry.text("title", language()) for name, entry in known.items() if is_sequence(name)}


def uploader(key: str) -> None:
    place = st.session_state.get(f"{key}_place", 0)
    st.file_uploader(
        t("design_page.start.file"),
        type=["yaml", "yml"],
        key=f"{key}_{place}",
        max_upload_size=_LARGEST_MB,
        help=t("design_page.start.file_help"),
        on_change=safely(_file),
        args=(key,),
    )


def _designs() -> dict[str, str]:
    return {found.name: found.name for found in designs.listing(Home.current())[:_OFFERED]}


def _runs() -> dict[str, str]:
    """Those whose network is a list of layers."""
    known = registry("architecture")
    found: dict[str, str] = {}
    for run in listing(Home.current(), limit=_OFFERED):
        model = run.experiment.model if run.experiment else None
        listed = model is not None and model.architecture in known and is_sequence(model.architecture)
        if model is not None and (model.layers is not None or listed):
            found[run.run_id] = run.name
    return distinct(found)


def _choice(key: str, labels: dict[str, str], open_one: Callable[[Desk, str], None]) -> None:
    if not labels:
        return
    kind = key.rpartition("_")[2]
    st.selectbox(
        t(f"design_page.start.{kind}"),
        list(labels),
        index=None,
        placeholder=t("design_page.start.choose"),
        format_func=labels.__getitem__,
        key=key,
        on_change=safely(_chosen),
        args=(key, open_one),
    )


def _chosen(key: str, open_one: Callable[[Desk, str], None]) -> None:
    desk, value = current(), st.session_state[key]
    if value is None:
        return
    st.session_state[key] = None
    try:
        open_one(desk, value)
    except LabError as error:
        desk.refuse(error.problems)


def _file(key: str) -> None:
    """A file that can't be used changes nothing: one sentence says why."""
    desk, place = current(), st.session_state.get(f"{key}_place", 0)
    uploaded = st.session_state.get(f"{key}_{place}")
    if uploaded is None:
        return
    st.session_state[f"{key}_place"] = place + 1  # an empty uploader: the same file may be given again
    name = PurePath(uploaded.name).name
    try:
        design = designs.from_yaml(uploaded.getvalue().decode("utf-8"), source=name)
        sketch = Sketch.of(design)
        dataset = desk.sketch.dataset if opening.fits(desk.sketch.dataset, sketch) else ""
        report = analysed(sketch)
    except UnicodeDecodeError:
        desk.refuse((Problem("file_unreadable", "", {"value": name}),))
        return
    except LabError as error:
        desk.refuse(error.problems[:1], name)
        return
    if wrong := next(((found, row.kind) for row in report.rows for found in row.problems), None):
        desk.refuse((words.problem_in_file(*wrong),), name)
    elif report.problems:
        desk.refuse((words.problem_in_file(report.problems[0], ""),), name)
    else:
        desk.replace(replace(sketch, dataset=dataset), Notice("design_page.notice.file", {"name": name}))


def _blank() -> None:
    desk = current()
    desk.replace(replace(desk.sketch, name="", layers=()), Notice("design_page.notice.blank"))
