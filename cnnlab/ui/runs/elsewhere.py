"""Runs that only MLflow knows: of other machines and homes. Read on request, in the background: MLflow is slow."""

from __future__ import annotations

from typing import cast

import streamlit as st

from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.view import foreign
from cnnlab.ui import background
from cnnlab.ui.language import t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import sentence

_KEY = "runs_elsewhere"
_WORK = "runs elsewhere"
_MOST = 200


def is_wanted() -> bool:
    return bool(st.session_state.get(_KEY))


def toggle() -> None:
    st.toggle(t("runs_page.elsewhere"), help=t("runs_page.elsewhere_help"), key=_KEY, persist_state="session")
    if not is_wanted():
        background.forget(background.own(_WORK))


def known() -> list[Run]:
    """What has been read by now."""
    work = background.find(background.own(_WORK)) if is_wanted() else None
    return cast(list[Run], work.result or []) if work is not None else []


def runs() -> list[Run]:
    """The same, read first where that is still to do. Says so while it is being read, and why it can't be."""
    if not is_wanted():
        return []
    home, name = Home.current(), background.own(_WORK)
    work = background.find(name) or background.begin(name, lambda _: foreign(home, limit=_MOST))
    for problem in work.problems:
        st.error(sentence(problem), icon=":material/error:")
    if not work.ended:
        while_there(lambda: background.going(name), lambda _: st.caption(t("runs_page.reading")), seconds=1.0)
    elif not work.problems and not work.result:
        st.caption(t("runs_page.elsewhere_none"))
    return known()
