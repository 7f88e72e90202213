"""What was found on validation and is used for new images: from one click on, and no longer from the next."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnlab.ui.edge import safely
from cnnlab.ui.language import t


def draw(area: str, said: str | None, keep: Callable[[], None] | None, forget: Callable[[], None], icon: str) -> None:
    """``said``: what is kept, in words for Markdown. ``keep``: ``None`` where there is nothing (else) to be kept.

    The words are ``AREA_page.keep``, ``.keep_help`` and ``.undo``.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        if said is not None:
            st.markdown(f":material/check: {said}", width="content")
            label, key = t(f"{area}_page.undo"), f"{area}_undo"
            st.button(label, icon=":material/undo:", key=key, on_click=safely(forget))
        if keep is not None:
            label, key, note = t(f"{area}_page.keep"), f"{area}_keep", t(f"{area}_page.keep_help")
            st.button(label, icon=f":material/{icon}:", key=key, help=note, on_click=safely(keep))
