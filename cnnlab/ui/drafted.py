"""What the address asks to begin with, of a page on which something is written that is kept as a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import streamlit as st

from cnnlab.errors import LabError, Problem


class Drafted(Protocol):
    """Something that is being written, kept as a draft; ``seen``: the draft that the address named the last time."""

    draft_id: str
    seen: str

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Says why it was not filled; it keeps what it had."""


def open_into(drafted: Drafted, starts: Mapping[str, Callable[[str], None]], read: Callable[[str], None]) -> None:
    """Fills ``drafted`` with what the address asks for: one of ``starts`` by its value, else a draft by its id.

    A start is taken once: afterwards the address names the draft.
    """
    asked = next((name for name in starts if st.query_params.get(name)), None)
    try:
        if asked is not None:
            starts[asked](st.query_params[asked])
        elif (wanted := st.query_params.get("draft", "")) and wanted not in (drafted.draft_id, drafted.seen):
            read(wanted)
    except LabError as error:
        drafted.refuse(error.problems)
    drafted.seen = drafted.draft_id
    _name_draft(drafted.draft_id, starts)


def _name_draft(draft_id: str, starts: Iterable[str]) -> None:
    """The address names the draft and nothing else, so that a reload finds it and a start is not taken twice."""
    for name in starts:
        st.query_params.pop(name, None)
    if st.query_params.get("draft", "") == draft_id:
        return
    if draft_id:
        st.query_params["draft"] = draft_id
    else:
        del st.query_params["draft"]
