"""What the app keeps for all sessions: a warm supervisor."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnlab.home import Home
from cnnlab.jobs import supervisor


def warm() -> None:
    """Has the supervisor started, so that the first run need not wait for its imports. Raises ``LabError``."""
    _ensured(str(Home.current().root))


def heartbeat() -> None:
    """A tab is open: the supervisor stays warm."""
    supervisor.heartbeat(Home.current())


@st.cache_resource(ttl=60, show_spinner=False)  # asked again now and then: it ends when nobody needs it
def _ensured(root: str) -> str:
    supervisor.ensure(Home(Path(root)).ensure())
    return root
