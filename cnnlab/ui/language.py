"""Which language a session reads: what was chosen, else the link's, else the browser's."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnlab.i18n import LANGUAGES, match_language, translate

NAMES = {"en": "English", "es": "Español"}  # each in its own language, so that its readers find it

_CHOSEN = "language"
_PARAMETER = "lang"


def language() -> str:
    """The language of this session: "en" or "es"."""
    chosen = st.session_state.get(_CHOSEN)
    return chosen if chosen in LANGUAGES else match_language(st.query_params.get(_PARAMETER), st.context.locale)


def t(key: str, **params: Any) -> str:
    """The text of ``key`` in the reader's language."""
    return translate(key, language(), **params)


def settle() -> None:
    """Keeps the choice and the address together: page switches drop parameters, and a reload drops the session."""
    linked = st.query_params.get(_PARAMETER)
    if linked in LANGUAGES:
        st.session_state[_CHOSEN] = linked
    elif _CHOSEN in st.session_state:
        st.query_params[_PARAMETER] = st.session_state[_CHOSEN]


def switch() -> None:
    """The two languages side by side."""
    st.segmented_control(
        t("frame.language"),
        LANGUAGES,
        default=language(),
        required=True,
        format_func=lambda code: NAMES[code],
        key="language_switch",
        on_change=_choose,
        label_visibility="collapsed",
    )


def _choose() -> None:
    chosen = st.session_state["language_switch"]
    st.session_state[_CHOSEN] = chosen
    st.query_params[_PARAMETER] = chosen
