"""The parts of the laboratory: what is planted, both networks, what accuracy hides and the maps reveal."""

from __future__ import annotations

import os

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.explain.laboratory.setup import Pair
from cnnlab.home import Home
from cnnlab.ui import background
from cnnlab.ui.data import progress
from cnnlab.ui.edge import edge
from cnnlab.ui.laboratory import choice, training
from cnnlab.ui.laboratory.choice import Asked
from cnnlab.ui.language import t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import sentence

_POLL_SECONDS = 0.7

# read when torch is imported: threads of several sessions that wait by spinning starve each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def head() -> None:
    st.title(t("laboratory_page.title"), anchor=False)
    st.caption(t("laboratory_page.caption"))


def choose() -> Asked:
    return choice.choose()


def draw(asked: Asked) -> None:
    """One click: both are trained, then measured with the instant methods; more on request."""
    pair = training.draw(asked.setup)
    if pair is not None:
        _measure(asked, pair)
    with st.popover(t("laboratory_page.share_link"), icon=":material/terminal:", key="laboratory_command"):
        st.caption(t("laboratory_page.command"))
        st.code(asked.command, language=None, wrap_lines=True)


def _measure(asked: Asked, pair: Pair) -> None:
    from cnnlab.explain.laboratory import store as laboratory_store
    from cnnlab.ui.laboratory import findings  # from here on torch is needed

    home = Home.current()
    found = laboratory_store.known(asked.setup, pair, home, asked.images)
    name = f"laboratory {pair.honest} {pair.cheating} {asked.images}"
    if found is None and background.find(name) is None:
        _begin(name, asked, pair, ())
    _working(name)
    if found is None and background.going(name) is None:
        _offer("measure", name, asked, pair, ())
    if found is not None:
        with edge():
            findings.draw(found)
        if background.going(name) is None and not findings.complete(found):
            _offer("measure_all", name, asked, pair, ("all",))


def _offer(key: str, name: str, asked: Asked, pair: Pair, methods: tuple[str, ...]) -> None:
    if st.button(t(f"laboratory_page.{key}"), icon=":material/rule:", key="laboratory_measure"):
        _begin(name, asked, pair, methods)
        st.rerun()


def _begin(name: str, asked: Asked, pair: Pair, methods: tuple[str, ...]) -> None:
    from cnnlab.explain.laboratory import store as laboratory_store

    home = Home.current()

    def compute(tell: Progress) -> None:
        laboratory_store.compute(asked.setup, pair, home, images=asked.images, methods=methods, progress=tell)

    background.begin(name, compute)


def _working(name: str) -> None:
    if background.going(name) is not None:
        if st.button(t("laboratory_page.cancel"), icon=":material/close:", key="laboratory_cancel"):
            work = background.going(name)
            if work is not None:
                work.cancel()
        while_there(lambda: background.going(name), _progress, seconds=_POLL_SECONDS)
    work = background.find(name)
    for problem in work.problems if work is not None and work.ended else ():
        st.error(sentence(problem), icon=":material/error:")


def _progress(work: background.Work) -> None:
    st.progress(work.share or 0.0, text=progress.words(work), width=420)
