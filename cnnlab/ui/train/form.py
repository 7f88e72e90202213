"""What the form holds: a draft, kept for this session and in a file that the address names.

Widgets are filled from the draft and write each change back before the page runs, so the page checks and draws
one and the same state from top to bottom. A session writes only drafts that it made: whoever opens the address
of somebody else's draft gets a copy with their first change.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnnlab import draft_files, drafts
from cnnlab.drafts import Draft, Review
from cnnlab.errors import Problem
from cnnlab.home import Home

_LOG = logging.getLogger("cnnlab.ui")
_STATE = "train_form"


@dataclass(frozen=True)
class Notice:
    """What was done to the form as a whole, or why it was not: a catalogue key, or problems."""

    key: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Filled:
    """The settings that choosing a network brought along: what they were, what they became."""

    network: str
    before: Mapping[str, Any]
    now: Mapping[str, Any]


@dataclass
class Form:
    draft: Draft = field(default_factory=Draft)
    draft_id: str = ""
    own: bool = False  # whether this session made the file
    seen: str = ""  # what the address named when it was last looked at: after a change it may be behind
    revision: int = 0  # raised when everything is replaced, so that every widget is filled anew
    rows: int = 0  # raised when the items of a list change places
    lists: int = 0  # raised when another list of networks is shown
    undo: Draft | None = None
    notice: Notice | None = None
    filled: Filled | None = None
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)  # options of networks that were left for another
    review: Review = field(default_factory=lambda: Review(None))
    said: list[Problem] = field(default_factory=list)  # problems that a field has shown in this run of the page
    filling: set[str] = field(default_factory=set)  # widgets that this run of the page has filled
    drawn: set[str] = field(default_factory=set)  # widgets that a run of the page which went to its end has drawn

    def __getitem__(self, dotted: str) -> Any:
        return self.draft[dotted]

    def problem(self, dotted: str) -> Problem | None:
        """What is wrong with one setting."""
        return next((problem for problem in self.review.problems if problem.field == dotted), None)

    def key(self, dotted: str) -> str:
        """Of the widget of one setting."""
        return f"train_{self.revision}_{dotted}"

    def fill(self, key: str, value: Callable[[], Any]) -> Any:
        """What the widget ``key`` shows: what was entered, or ``value`` where it is drawn for the first time.

        Also where the run that drew it first was ended by a click: what it had filled may not have reached the browser.
        """
        if key not in st.session_state or key not in self.drawn:
            st.session_state[key] = value()
            self.drawn.discard(key)
            self.filling.add(key)
        return st.session_state[key]

    def begin_drawing(self) -> None:
        self.said.clear()
        self.filling.clear()

    def end_drawing(self) -> None:
        """The page went to its end: what it filled is on its way."""
        self.drawn |= self.filling

    def change(self, changes: Mapping[str, Any]) -> None:
        """Replaces settings and keeps the draft. Why the form was not filled is then no longer of interest."""
        if self.notice is not None and self.notice.problems:
            self.notice = None
        self.draft = self.draft.changed(changes)
        self.save()

    def replace(self, draft: Draft, notice: Notice) -> None:
        """Fills the whole form; what it held can be brought back."""
        self.undo = self.draft if self.draft != draft else None
        self.draft, self.notice = draft, notice
        self.kept.clear()
        self.drawn.clear()
        self.filled = None
        self.revision += 1
        self.save()

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Says why the form was not filled; it keeps what it had."""
        self.notice = Notice(problems=problems)

    def bring_back(self) -> None:
        if self.undo is not None:
            before = self.undo
            self.replace(before, Notice("train.notice.undone"))
            self.undo = None

    def started(self) -> None:
        """A run was made of it: what came before is history, the settings stay for the next one."""
        self.undo = self.notice = self.filled = None

    def save(self) -> None:
        home = Home.current()
        try:
            if not self.own:
                self.draft_id, self.own = draft_files.new_id(), True
                drafts.tidy(home)
            drafts.write(self.draft, self.draft_id, home)
        except OSError:  # a full disk costs the reload, not the form
            _LOG.warning("the draft of a form could not be written", exc_info=True)


def current() -> Form:
    """This session's form; a new one holds the defaults."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = Form()
    form: Form = st.session_state[_STATE]
    return form
