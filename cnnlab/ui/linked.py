"""One choice among several that stands in the address: a link wins over the session, the page over the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnnlab.ui import address


def one_of(
    parameter: str,
    options: Sequence[str],
    label: str,
    words: Callable[[str], str],
    *,
    key: str,
    default: str | None = None,
    draw: Callable[..., Any] = st.segmented_control,
    follow: bool = True,
    **layout: Any,
) -> str:
    """The chosen one; ``default`` (or the first) is left out of the address. ``words``: what is read of an option.

    ``draw``: ``st.segmented_control`` or ``st.pills``. ``follow``: whether a link to another choice is followed.
    """
    usual = options[0] if default is None else default
    wanted = address.asked(parameter) if follow else None
    if wanted in options:
        st.session_state[key] = wanted
    elif st.session_state.get(key) not in options:
        st.session_state[key] = usual
    labels = {name: words(name) for name in options}
    chosen = draw(
        label, options, required=True, format_func=labels.__getitem__, key=key, persist_state="session", **layout
    )
    found = str(chosen or usual)
    address.keep(parameter, None if found == usual else found)
    return found
