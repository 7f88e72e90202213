"""What the page is about: a run, one of its splits, and what its network said of every sample of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.home import Home
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Review
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.language import t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.evaluation.judged import Judged
    from cnnlab.evaluation.trained import TrainedModel

_KEPT = 12


@dataclass(frozen=True)
class Case:
    run: Run
    split: str  # "train", "validation" or "test"
    judged: Judged  # of that split: shared between sessions, not to be changed

    @cached_property
    def journal(self) -> Journal:
        return Journal.open(Home.current(), self.run.run_id)

    @cached_property
    def reviews(self) -> dict[int, Review]:
        """What people said of images of this split. Raises ``RunError`` ("reviews_damaged")."""
        return reviews.reviews(self.journal, self.split)

    @property
    def stamp(self) -> str:
        """Names the weights and the split: the key of whatever is cached about them."""
        return f"{trained.stamp(self.run)}-{self.split}"

    @property
    def dataset(self) -> Dataset:
        return trained.dataset_of(self.run)

    @property
    def model(self) -> TrainedModel:
        return trained.model_of(self.run)

    def other(self, split: str) -> Case:
        """The same run, another split of it. Raises what ``case_of`` raises."""
        return case_of(self.run, split)

    def images(self, places: Sequence[int]) -> NDArray[np.uint8]:
        """[n, H, W, C]: the samples at ``places`` of the split, as the network gets them."""
        from cnnlab.evaluation.evaluate import samples_of  # torch

        pixels: NDArray[np.uint8] = samples_of(self.dataset, self.split).pick(places).inputs.permute(0, 2, 3, 1).numpy()
        return pixels

    @property
    def title(self) -> str:
        """Above a figure in a file: the run, and the split where it is not the usual one."""
        return self.run.name if self.split == "test" else f"{self.run.name} · {t(f'evaluate_page.split.{self.split}')}"

    def name(self, number: int) -> str:
        """A class for Markdown."""
        return plain(self.judged.names[number])


def case_of(run: Run, split: str) -> Case:
    """Raises what ``judged`` raises."""
    with st.spinner(t("trained.predicting")):
        return Case(run, split, _judged(run.run_id, split, trained.stamp(run)))


@st.cache_resource(max_entries=_KEPT, show_spinner=False)  # cache_data would copy every array at every rerun
def _judged(run_id: str, split: str, stamp: str) -> Judged:  # noqa: ARG001  # names the weights
    from cnnlab.evaluation.judged import judged

    home = Home.current()
    return judged(Journal.open(home, run_id), home, split=split)
