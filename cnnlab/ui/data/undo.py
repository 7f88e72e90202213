"""After deleting a dataset: what was deleted, and the way back."""

from __future__ import annotations

import streamlit as st

from cnnlab.data import imported
from cnnlab.home import Home
from cnnlab.ui.edge import edge
from cnnlab.ui.language import t
from cnnlab.ui.text import plain

_KEY = "data_deleted"  # in the session: (name, token)


def offer(name: str, token: str) -> None:
    st.session_state[_KEY] = (name, token)


def draw() -> None:
    deleted = st.session_state.get(_KEY)
    if deleted is None:
        return
    name, token = deleted
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(t("data_page.deleted", name=plain(name)), width="stretch")
        if st.button(t("data_page.undo"), icon=":material/undo:", key="data_undo"):
            with edge():
                imported.restore(token, Home.current())
                del st.session_state[_KEY]
                st.rerun()
        if st.button(t("data_page.dismiss"), type="tertiary", key="data_dismiss"):
            del st.session_state[_KEY]
            st.rerun()
