"""What this part of Compare is about: the runs whose test images are the same, and what they said of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import t

if TYPE_CHECKING:
    from cnnlab.evaluation.disagreements.measures import Ensemble
    from cnnlab.evaluation.disagreements.panel import Panel

_KEPT = 2


@dataclass(frozen=True)
class Case:
    asked: tuple[Run, ...]  # all that are compared
    panel: Panel  # shared between sessions, not to be changed

    @property
    def runs(self) -> list[Run]:
        """Those in the panel, in its order."""
        return [self.asked[place] for place in self.panel.places]

    @property
    def names(self) -> list[str]:
        """What they are called, as everywhere on the page."""
        everyone = names_of(self.asked)
        return [everyone[place] for place in self.panel.places]

    @cached_property
    def ensemble(self) -> Ensemble:
        from cnnlab.evaluation.disagreements.measures import ensemble

        return ensemble(self.panel)

    def images(self, places: Sequence[int]) -> NDArray[np.uint8] | None:
        """[n, H, W, C] as the first network gets them; ``None`` where the dataset is not here any more."""
        try:
            samples = trained.dataset_of(self.runs[0]).test
        except LabError:
            return None
        pixels: NDArray[np.uint8] = samples.pick(places).inputs.permute(0, 2, 3, 1).numpy()
        return pixels


def case_of(runs: Sequence[Run]) -> Case:
    """Raises what ``panel_of`` raises."""
    stamps = tuple(trained.stamp(run) if run.folder is not None else "" for run in runs)
    with st.spinner(t("compare_images.reading")):
        return Case(tuple(runs), _panel(tuple(run.run_id for run in runs), stamps))


@st.cache_resource(max_entries=_KEPT, show_spinner=False)  # cache_data would copy every array at every rerun
def _panel(ids: tuple[str, ...], stamps: tuple[str, ...]) -> Panel:
    from cnnlab.evaluation.disagreements.panel import panel_of

    home = Home.current()
    return panel_of([home.run_folder(run_id) if stamp else None for run_id, stamp in zip(ids, stamps, strict=True)])
