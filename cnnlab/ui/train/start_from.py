"""Filling the form from something that is there already: a preset, a run, a YAML file, the defaults."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from cnnlab.drafts import Draft
from cnnlab.errors import LabError, Problem
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.presets import load_preset, preset_names
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing, view
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.run.cards import what
from cnnlab.ui.text import plain, sentence
from cnnlab.ui.train.form import Form, Notice, current
from cnnlab.ui.train.opening import from_run, preset_title

_OFFERED = 100
_LARGEST_MB = 1
_RUN, _FILE = "train_from_run", "train_from_file"


def draw() -> None:
    """Everything is a click away, and a click can be taken back."""
    with st.popover(t("train.start.title"), icon=":material/content_copy:", key="start_from"):
        st.markdown(f"**{t('train.start.preset')}**")
        for name in preset_names():
            st.button(
                plain(preset_title(name)),
                key=f"preset_{name}",
                icon=":material/bolt:",
                on_click=safely(_preset),
                args=(name,),
                type="tertiary",
            )
        _runs()
        st.file_uploader(
            t("train.start.file"),
            type=["yaml", "yml"],
            key=f"{_FILE}_{st.session_state.get('train_files', 0)}",
            max_upload_size=_LARGEST_MB,
            help=t("train.start.file_help"),
            on_change=safely(_file),
        )
        st.button(
            t("train.start.defaults"),
            icon=":material/restart_alt:",
            key="defaults",
            on_click=safely(_defaults),
            help=t("train.start.defaults_help"),
        )


def notice(form: Form) -> None:
    """What was just done to the form, with the way back; or why it was not."""
    told = form.notice
    if told is None:
        return
    for problem in told.problems:
        st.error(_refusal(told, problem), icon=":material/error:")
    if told.problems or not told.key:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="notice"):
        shown = {name: plain(value) for name, value in told.params.items()}
        st.markdown(f":material/check: {t(told.key, **shown)}", width="content")
        if form.undo is not None:
            st.button(t("train.undo"), icon=":material/undo:", key="undo", type="tertiary", on_click=safely(_undo))


def _refusal(told: Notice, problem: Problem) -> str:
    """The sentence of ``problem``, and of a file which one it is of: the form shows other values."""
    name = told.params.get("name", "")
    if not name or name == problem.field:
        return sentence(problem)
    return t("train.notice.refused", name=plain(name), why=sentence(problem))


def _runs() -> None:
    runs = {run.run_id: _words(run) for run in listing(Home.current(), limit=_OFFERED) if run.experiment is not None}
    if not runs:
        return
    st.selectbox(
        t("train.start.run"),
        list(runs),
        index=None,
        placeholder=t("train.start.run_placeholder"),
        format_func=runs.__getitem__,
        key=_RUN,
        on_change=safely(_run),
        help=t("train.start.run_help"),
    )


def _words(run: Run) -> str:
    return f"{run.name} · {what(run)} · {formats.moment(run.created, language())}".replace("\\", "")


def _preset(name: str) -> None:
    current().replace(Draft.of(load_preset(name)), Notice("train.notice.preset", {"name": preset_title(name)}))


def _run() -> None:
    form, chosen = current(), st.session_state[_RUN]
    if chosen is None:
        return
    st.session_state[_RUN] = None
    try:
        run = view(Home.current(), chosen)
        form.replace(from_run(run), Notice("train.notice.run", {"name": run.name}))
    except LabError as error:
        form.refuse(error.problems)


def _file() -> None:
    """A file that can't be used changes nothing: one sentence says why."""
    form, place = current(), st.session_state.get("train_files", 0)
    uploaded = st.session_state.get(f"{_FILE}_{place}")
    if uploaded is None:
        return
    st.session_state["train_files"] = place + 1  # an empty uploader: the same file may be given again
    name = PurePath(uploaded.name).name
    try:
        experiment = Experiment.from_yaml(uploaded.getvalue().decode("utf-8"), source=name)
    except UnicodeDecodeError:
        form.refuse((Problem("file_unreadable", "", {"value": name}),))
    except LabError as error:
        form.notice = Notice(params={"name": name}, problems=error.problems[:1])
    else:
        form.replace(Draft.of(experiment), Notice("train.notice.file", {"name": name}))


def _defaults() -> None:
    current().replace(Draft(), Notice("train.notice.defaults"))


def _undo() -> None:
    current().bring_back()
