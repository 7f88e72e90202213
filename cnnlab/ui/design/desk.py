"""What the Design page works on: a sketch of a network, what it was before each edit, and where it is kept.

A sketch may hold layers that can't be built: it is what was entered. Every edit goes through ``Desk.change``, so that
one list of sketches undoes all of them, and through a file that the address names, so that a reload finds it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from cnnlab import draft_files
from cnnlab.errors import Problem
from cnnlab.home import Home
from cnnlab.models import design
from cnnlab.models.design import DesignReport
from cnnlab.models.shapes import Shape
from cnnlab.ui.design import kept
from cnnlab.ui.design.sketch import Layer, Sketch

_LOG = logging.getLogger("cnnlab.ui")
_STATE = "design_desk"
_MOST_STEPS = 200


@dataclass(frozen=True)
class Notice:
    """What was done to the whole design, or why it was not; ``token`` brings back a deleted one."""

    key: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    token: str = ""


@dataclass
class Desk:
    sketch: Sketch = field(default_factory=Sketch)
    past: list[Sketch] = field(default_factory=list)
    future: list[Sketch] = field(default_factory=list)
    selected: int | None = None  # place of the open layer
    saved: Sketch | None = None  # as it is stored under its name
    asked: str = ""  # a name that another design has: whether to replace that is being asked
    draft_id: str = ""
    own: bool = False  # whether this session made the file
    seen: str = ""  # what the address named when it was last looked at
    revision: int = 0  # raised when widgets have to be filled anew
    notice: Notice | None = None
    report: DesignReport | None = None  # of the sketch, in this run of the page
    good: DesignReport | None = None  # of the last sketch in which nothing was wrong

    def key(self, name: str) -> str:
        """Of a widget that is filled from the sketch."""
        return f"design_{self.revision}_{name}"

    @property
    def is_saved(self) -> bool:
        return self.saved is not None and self.saved.same_design(self.sketch)

    def review(self) -> DesignReport:
        self.report = analysed(self.sketch)
        if self.report.ready:
            self.good = self.report
        return self.report

    def change(self, sketch: Sketch) -> None:
        """One edit. What was undone before is then gone, as everywhere."""
        if sketch == self.sketch:
            return
        self.past = [*self.past[-_MOST_STEPS + 1 :], self.sketch]
        self.future.clear()
        if self.notice is not None and not self.notice.token:
            self.notice = None
        self._set(sketch)

    def arrange(self, layers: tuple[Layer, ...], selected: int | None) -> None:
        """Layers added, moved or removed: the fields of the open one are filled anew."""
        self.change(replace(self.sketch, layers=layers))
        self.selected = selected
        self.revision += 1

    def replace(self, sketch: Sketch, notice: Notice | None, *, saved: bool = False) -> None:
        """Another design altogether; what was there is one step of undo away."""
        self.change(sketch)
        self.notice, self.selected, self.asked, self.good = notice, None, "", None
        self.saved = sketch if saved else None
        self.revision += 1

    def undo(self) -> None:
        if self.past:
            self.future.append(self.sketch)
            self._back_to(self.past.pop())

    def redo(self) -> None:
        if self.future:
            self.past.append(self.sketch)
            self._back_to(self.future.pop())

    def refuse(self, problems: tuple[Problem, ...], name: str = "") -> None:
        """Says why another design was not taken; this one stays."""
        self.notice = Notice(params={"name": name}, problems=problems)

    def _back_to(self, sketch: Sketch) -> None:
        if self.selected is not None and self.selected >= len(sketch.layers):
            self.selected = None
        self.revision += 1
        self.notice = None
        self._set(sketch)

    def _set(self, sketch: Sketch) -> None:
        self.sketch = sketch
        home = Home.current()
        try:
            if not self.own:
                self.draft_id, self.own = draft_files.new_id(), True
                kept.tidy(home)
            kept.write(sketch, self.draft_id, home)
        except OSError:  # a full disk costs the reload, not the design
            _LOG.warning("the draft of a design could not be written", exc_info=True)


def current() -> Desk:
    """This session's desk; a new one is empty."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = Desk()
    desk: Desk = st.session_state[_STATE]
    return desk


def analysed(sketch: Sketch) -> DesignReport:
    return design.analyse(sketch.layers, Shape(sketch.channels, sketch.size, sketch.size), sketch.outputs)
