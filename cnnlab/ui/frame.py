"""The frame around every page: page configuration, language, navigation, sidebar.

Streamlit trap: the first script run of a fresh server takes ``pages/`` for the pages of its old mode, so a first
visit to a deep link runs the page file *without* ``app.py``. The mend: the frame sets a flag, the first line of
each page takes it (``guard``), and where it is missing the new mode is declared and the run begins again.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnlab.ui import language, navigation, services, sidebar
from cnnlab.ui.edge import edge, say_what_callbacks_met

_ROOT = Path(__file__).resolve().parent.parent.parent
_FRAMED = "framed"


def show() -> None:
    """Draws the frame and runs the page that the address names."""
    icon, logo = str(_ROOT / "static" / "icon.svg"), str(_ROOT / "static" / "logo.svg")
    st.set_page_config(page_title="CNN Lab", page_icon=icon, layout="wide")
    language.settle()
    page = st.navigation(navigation.pages(), position="hidden")
    st.logo(logo, icon_image=icon, size="medium")
    with edge():
        services.warm()
    with st.sidebar, edge():
        sidebar.show()
    st.session_state[_FRAMED] = True
    say_what_callbacks_met()
    with edge():
        page.run()


def guard() -> None:
    """The first line of every page: comes back only inside the frame."""
    if not st.session_state.pop(_FRAMED, False):
        st.navigation(navigation.pages(), position="hidden")
        st.rerun()
