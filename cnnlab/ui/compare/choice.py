"""Choices on Compare that its address keeps, so that a link shows what its sender saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnlab.ui import address


def segmented(parameter: str, label: str, labels: Mapping[str, str], *, hidden: bool = False) -> str:
    """One of the keys of ``labels``; the first unless the address or the reader says otherwise."""
    options = list(labels)
    key = _prepared(parameter, options)
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
        label_visibility="collapsed" if hidden else "visible",
    )
    return _kept(parameter, chosen or options[0], options[0])


def select(parameter: str, label: str, labels: Mapping[str, str], *, first: str | None = None) -> str:
    """The same as a list, for many options; ``first``: what is chosen unless somebody says otherwise."""
    options = list(labels)
    start = first if first is not None and first in labels else options[0]
    key = _prepared(parameter, options)
    chosen = st.selectbox(
        label, options, index=options.index(start), format_func=labels.__getitem__, key=key, persist_state="session"
    )
    return _kept(parameter, chosen or start, start)


def toggle(parameter: str, label: str) -> bool:
    key = f"compare_{parameter}"
    if (asked := address.asked(parameter)) is not None:
        st.session_state[key] = asked == "1"
    on = st.toggle(label, key=key, persist_state="session")
    address.keep(parameter, "1" if on else None)
    return on


def _prepared(parameter: str, options: Sequence[str]) -> str:
    """The widget's key: other options are another choice. What the address asks for goes before what was chosen."""
    key = f"compare_{parameter}_{'_'.join(options)}"
    asked = address.asked(parameter)
    if asked in options:
        st.session_state[key] = asked
    return key


def _kept(parameter: str, chosen: str, start: str) -> str:
    address.keep_unusual(parameter, chosen, start)
    return chosen
