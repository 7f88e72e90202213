"""The right column: what this experiment comes to, its name, and the buttons."""

from __future__ import annotations

import re

import streamlit as st

from cnnlab.home import Home
from cnnlab.jobs import slots
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from cnnlab.ui import actions, download
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.text import plain
from cnnlab.ui.train import estimate, fields
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import names

_OPEN = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING)


def draw(form: Form) -> None:
    estimate_place = st.container()
    fields.text(form, "name", placeholder=t("train.name_placeholder"), limit=255)
    fields.text(form, "owner", placeholder=t("train.owner_placeholder"), limit=255)
    _start(form)
    _save(form)
    if form.draft.parent:
        st.caption(t("train.parent", name=plain(_parent_name(form.draft.parent))))
    with estimate_place:  # last: it is the only part that may need torch
        estimate.draw(form)


def _start(form: Form) -> None:
    wrong = {problem.field or problem.code for problem in form.review.problems}
    running = len(listing(Home.current(), limit=200, states=_OPEN))
    before = running if running >= slots.count() else 0
    label = t("train.queue") if before else t("train.train")
    clicked = st.button(
        label,
        type="primary",
        icon=":material/playlist_add:" if before else ":material/play_arrow:",
        width="stretch",
        disabled=not form.review.ready,
        key="train",
    )
    if wrong:
        st.markdown(f":red[:material/error: {t('train.correct', count=len(wrong), names=names(form))}]")
    else:
        st.caption(t("train.before", count=before) if before else t("train.at_once"))
    if clicked and form.review.experiment is not None:
        form.started()
        with edge():
            actions.start(form.review.experiment, parent=form.draft.parent)


def _save(form: Form) -> None:
    experiment = form.review.experiment
    download.button(
        t("train.save"),
        experiment.to_yaml() if experiment else "",
        f"{_file_stem(experiment.name if experiment else '')}.yaml",
        key="save",
        disabled=experiment is None,
        help=t("train.save_help"),
        width="stretch",
    )


def _file_stem(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "experiment"


def _parent_name(run_id: str) -> str:
    for run in listing(Home.current(), limit=200):
        if run.run_id == run_id:
            return run.name
    return run_id[:8]
