"""One choice among several that the session remembers; ``linked`` has those that the address names too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def one_of(
    options: Sequence[str],
    label: str,
    words: Callable[[str], str],
    *,
    key: str,
    first: str | None = None,
    draw: Callable[..., Any] = st.segmented_control,
    **layout: Any,
) -> str:
    """The chosen one, at the beginning ``first`` (or the first). ``words``: what is read of an option.

    ``draw``: ``st.segmented_control`` or ``st.pills``. Other options want another ``key``.
    """
    usual = options[0] if first is None else first
    labels = {name: words(name) for name in options}
    chosen = draw(
        label,
        options,
        default=usual,
        required=True,
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
        **layout,
    )
    return str(chosen or usual)
