"""Datasets deleted within the last days, each with the way back; it outlives a reload, as an undo does not."""

from __future__ import annotations

import streamlit as st

from cnnlab.data import imported
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def draw() -> None:
    """Nothing where nothing was deleted."""
    removed = imported.removed(Home.current())
    if not removed:
        return
    with st.expander(t("data_import.trash", count=len(removed)), icon=":material/delete:", key="data_trash"):
        st.caption(t("data_import.trash_words", days=imported.KEPT_DAYS))
        below = st.container()
        for each in removed:
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                when = formats.moment(each.removed, language())
                st.markdown(t("data_import.trash_row", name=plain(each.name), when=when), width="content")
                if st.button(t("data_import.restore"), icon=":material/undo:", key=f"restore_{each.token}"):
                    with below, edge():
                        imported.restore(each.token, Home.current())
                        st.rerun()
