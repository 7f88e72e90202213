"""The sidebar: pages, what runs now, the queue and the device, the language."""

from __future__ import annotations

import streamlit as st

from cnnlab import system
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.states import RunState
from cnnlab.runs.view import Run, listing
from cnnlab.ui import language, navigation, services
from cnnlab.ui.badges import state_icon
from cnnlab.ui.language import t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.polling import repeat
from cnnlab.ui.run.words import share_done
from cnnlab.ui.text import plain

_POLL_SECONDS = 4.0
_MOST = 4
_OPEN = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING)


def show() -> None:
    navigation.links()
    st.space("xsmall")
    repeat(_activity, seconds=_POLL_SECONDS)
    language.switch()


def _activity() -> None:
    services.heartbeat()
    home = Home.current()
    runs = listing(home, limit=50, states=_OPEN)
    active = [run for run in runs if run.state.is_active]
    for run in active[:_MOST]:
        st.page_link(
            RUN_PAGE,
            label=_label(run),
            icon=state_icon(run.state),
            query_params={"run": run.run_id},
            width="stretch",
        )
    waiting = sum(run.state is RunState.QUEUED for run in runs)
    words = [t("frame.queued", count=waiting)] if waiting else []
    if not runs:
        words.append(t("frame.nothing_runs"))
    st.caption(" · ".join([*words, device_words()]))


def _label(run: Run) -> str:
    share = share_done(run.progress) if run.state is RunState.RUNNING else None
    if share is None:
        return t("frame.starting", name=plain(run.name))
    return t("frame.running", name=plain(run.name), share=formats.percent(share, language.language(), 0))


def device_words() -> str:
    """``CPU, 2 cores`` or the name of the GPU."""
    facts = system.facts(Home.current())
    return plain(facts.gpu) if facts.gpu else t("frame.device", count=facts.cores)
