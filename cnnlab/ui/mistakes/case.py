"""What the page is about: a run, what its network said of the test split, and what people said of that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.home import Home
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Review
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.language import t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.judged import Judged

_KEPT = 8


@dataclass(frozen=True)
class Case:
    run: Run
    judged: Judged

    @property
    def split(self) -> str:
        return "test"

    @cached_property
    def journal(self) -> Journal:
        return Journal.open(Home.current(), self.run.run_id)

    @cached_property
    def reviews(self) -> dict[int, Review]:
        return reviews.reviews(self.journal)

    def name(self, number: int) -> str:
        """A class for Markdown."""
        return plain(self.judged.names[number])

    def strong(self, name: str) -> str:
        """``name`` as it stands out in a sentence."""
        return f"**{plain(name)}**"


def case_of(run: Run) -> Case:
    """Raises what ``judged`` raises."""
    with st.spinner(t("trained.predicting")):
        return Case(run, _judged(run.run_id, trained.stamp(run)))


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _judged(run_id: str, stamp: str) -> Judged:  # noqa: ARG001  # names the weights
    from cnnlab.evaluation.judged import judged

    home = Home.current()
    return judged(Journal.open(home, run_id), home)
