"""What was found on validation and is used for new images: from one click on, and no longer from the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnlab.ui.edge import safely

WORDS = ("keep", "keep_help", "undo")


def draw(
    name: str,
    words: Mapping[str, str],
    said: str | None,
    keep: Callable[[], None] | None,
    forget: Callable[[], None],
    icon: str,
) -> None:
    """``said``: what is kept, in words for Markdown. ``keep``: ``None`` where there is nothing (else) to be kept.

    ``words``: by ``WORDS``.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        if said is not None:
            st.markdown(f":material/check: {said}", width="content")
            undo = safely(forget)
            st.button(words["undo"], icon=":material/undo:", key=f"{name}_undo", on_click=undo)
        if keep is not None:
            label, note = words["keep"], words["keep_help"]
            st.button(label, icon=f":material/{icon}:", key=f"{name}_keep", help=note, on_click=safely(keep))
