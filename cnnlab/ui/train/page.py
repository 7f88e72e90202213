"""The parts of the Train page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnlab import drafts
from cnnlab.home import Home
from cnnlab.ui import navigation
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence
from cnnlab.ui.train import data, network, opening, start_from, summary, training
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import named, of_step

# step -> what draws it, in the order of the decision
_STEPS: dict[str, Callable[[Form], None]] = {"data": data.draw, "network": network.draw, "training": training.draw}


def opened() -> Form:
    """The form as this session or the address has it, checked."""
    form = opening.opened()
    form.review = drafts.review(form.draft, Home.current())
    form.begin_drawing()
    return form


def head(form: Form) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(navigation.title(navigation.TRAIN_PAGE), anchor=False, width="content")
        start_from.draw()
    st.caption(t("train.caption"))
    start_from.notice(form)


def draw(form: Form) -> None:
    """Three steps on the left, what they come to on the right."""
    steps, beside = st.columns([2, 1], gap="medium")
    with steps:
        for number, (step, draw_step) in enumerate(_STEPS.items(), start=1):
            with st.container(border=True, key=f"step_{step}"), edge():
                st.subheader(t("train.step", number=number, title=t(f"train.step_{step}")), anchor=False)
                draw_step(form)
                _elsewhere(form, step)
    with beside, st.container(border=True, key="summary"), edge():
        st.subheader(t("train.this"), anchor=False)
        summary.draw(form)
    form.end_drawing()


def _elsewhere(form: Form, step: str) -> None:
    """Problems of a step that none of its fields has shown."""
    for problem in of_step(form, step):
        if problem not in form.said:
            st.error(sentence(named(problem, form)), icon=":material/error:")
