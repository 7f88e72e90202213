"""How the maps are shown: apart from what they are, and in the address where it is not the default."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnlab.explain.display import CHOICES, MOST_SMOOTHING, Display
from cnnlab.i18n import formats
from cnnlab.ui import address, linked
from cnnlab.ui.language import language, t

VIEWS = ("cards", "zoom")


def display() -> Display:
    """Drawn where it is called: in the popover of the page."""
    default = Display()
    opacity = _slider(
        "opacity", round(100 * default.opacity), 100, 5, lambda value: formats.percent(value / 100, language(), 0)
    )
    found = {name: _choice(name, getattr(default, name)) for name in CHOICES}
    smoothing = _slider(
        "smoothing", 0.0, MOST_SMOOTHING, 0.5, lambda value: f"{formats.number(value, 1, language())} px"
    )
    return Display(opacity=opacity / 100, smoothing=smoothing, **found)


def choose() -> str:
    """Cards, or one figure that is zoomed as a whole and tells values."""
    return segments("view", VIEWS)


def _choice(name: str, default: str) -> str:
    labels = {one: t(f"explain_page.display_{name}.{one}") for one in CHOICES[name]}
    key = f"explain_{name}"
    _from_address(name, key, CHOICES[name], default)
    chosen = st.selectbox(
        t(f"explain_page.display_{name}.label"),
        CHOICES[name],
        format_func=labels.__getitem__,
        help=t(f"explain_page.display_{name}.help"),
        key=key,
        persist_state="session",
    )
    address.keep_unusual(name, chosen, default)
    return chosen or default


def segments(name: str, known: tuple[str, ...]) -> str:
    """A choice that stands in the address under ``name``; its words are ``explain_page.NAME.CHOICE``."""
    return linked.one_of(
        name,
        known,
        t(f"explain_page.{name}.label"),
        lambda one: t(f"explain_page.{name}.{one}"),
        key=f"explain_{name}",
        wrap=True,
    )


def _from_address(name: str, key: str, known: tuple[str, ...], default: str) -> None:
    wanted = address.asked(name)
    if wanted in known:
        st.session_state[key] = wanted
    elif st.session_state.get(key) not in known:
        st.session_state[key] = default


def _slider(name: str, default: float, most: float, step: float, form: Callable[[float], str]) -> float:
    """Steps with words of their own: the format of a plain slider knows no decimal comma."""
    key = f"explain_{name}"
    try:
        wanted = float((address.asked(name) or "")[:8])
    except ValueError:
        wanted = float("nan")
    if 0 <= wanted <= most:
        st.session_state[key] = step * round(wanted / step)
    st.session_state.setdefault(key, default)
    chosen: float = st.select_slider(
        t(f"explain_page.{name}"),
        [step * place for place in range(round(most / step) + 1)],
        format_func=form,
        help=t(f"explain_page.{name}_help"),
        key=key,
        persist_state="session",
    )
    address.keep_unusual(name, f"{chosen:g}", f"{default:g}")
    return chosen
