"""What is chosen and stands in the address: a link wins over the session, the page over the address."""

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
    address.keep_unusual(parameter, found, usual)
    return found


def several_of(
    parameter: str,
    options: Sequence[str],
    usual: Sequence[str],
    label: str,
    words: Callable[[str], str],
    *,
    key: str,
    begin: Sequence[str] | None = None,
) -> list[str]:
    """Those chosen, in the order of ``options``; ``usual`` is left out of the address.

    ``begin``: what is chosen at first, or when the session's choice is no longer offered; ``usual`` for ``None``.
    """
    wanted = [name for name in (address.asked(parameter) or "").split(",") if name in options]
    if wanted or not set(st.session_state.get(key, [""]) or ()) <= set(options):
        st.session_state[key] = wanted or list(usual if begin is None else begin)
    labels = {name: words(name) for name in options}
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=key,
        wrap=True,
        persist_state="session",
    )
    found = [name for name in options if name in (chosen or ())]
    address.keep_unusual(parameter, ",".join(found), ",".join(usual))
    return found


def number(parameter: str, default: int, low: int, high: int, label: str, *, key: str, **layout: Any) -> int:
    """A whole number; ``default`` is left out of the address, and a link to more or less gets the nearest."""
    asked = address.asked_number(parameter)
    before = st.session_state.get(key, default)  # of another run, perhaps, where more was possible
    st.session_state[key] = min(max(before if asked is None else asked, low), high)
    value = int(st.number_input(label, low, high, step=1, key=key, persist_state="session", **layout))
    address.keep_unusual(parameter, str(value), str(default))
    return value
