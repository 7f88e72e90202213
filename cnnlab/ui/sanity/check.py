"""What is checked: methods, images, draws; and the computation that answers it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.ui import background, linked, trained
from cnnlab.ui.explain.methods import label
from cnnlab.ui.language import t

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.explain.sanity.check import Cascade
    from cnnlab.explain.sanity.labels import LabelCheck
    from cnnlab.explain.sanity.run import Checked

_METHODS, _IMAGES, _DRAWS, _SEED = "sanity_methods", "sanity_images", "sanity_draws", "sanity_seed"

# read when torch is imported: threads of several sessions that wait by spinning starve each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@dataclass(frozen=True)
class Asked:
    """One check of ``run``."""

    run: Run
    methods: tuple[str, ...]
    images: int
    draws: int
    seed: int

    @property
    def work_name(self) -> str:
        """The same for every session that asks for the same: they share the work."""
        choices = f"{','.join(self.methods)} {self.images} {self.draws} {self.seed}"
        return f"sanity {self.run.run_id} {trained.stamp(self.run)} {choices}"

    @property
    def command(self) -> str:
        chosen = f"--methods {','.join(self.methods)} --images {self.images} --draws {self.draws} --seed {self.seed}"
        return f"python -m cnnlab sanity {self.run.run_id} {chosen}"

    @cached_property
    def inputs(self) -> Tensor:
        """[N, C, H, W] uint8. Raises ``LabError`` ("many_checked_images", "no_test_split")."""
        from cnnlab.explain.sanity.run import drawn_images

        return drawn_images(trained.dataset_of(self.run), self.images, self.seed)[1]

    @cached_property
    def checked(self) -> Checked:
        from cnnlab.explain.sanity.run import Checked

        model = trained.model_of(self.run)
        return Checked(model, self.inputs, Home.current(), draws=self.draws, seed=self.seed)

    def known(self) -> list[Cascade]:
        return self.checked.known(self.methods)

    def known_labels(self, other: Run) -> list[LabelCheck]:
        return self.checked.known_labels(self.methods, trained.model_of(other))

    def compute(self, progress: Progress) -> None:
        """In a thread of its own: everything comes from ``self.checked``, which the page has made before."""
        self.checked.compute(self.methods, progress)


def begin(name: str, function: Callable[[Progress], object]) -> None:
    """A button's callback: the work of ``name``, unless it is going on already."""
    background.begin(name, function)


def choose(run: Run) -> Asked | None:
    """``None`` while no method is chosen."""
    methods = _methods(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = max(2, min(256, len(trained.dataset_of(run).test)))
        images = _number(_IMAGES, "images", min(16, most), 2, most)
        draws = _number(_DRAWS, "draws", 5, 1, 50)
        seed = _number(_SEED, "seed", 0, 0, 2**31 - 1)
    if not methods:
        st.caption(t("sanity_page.no_methods"))
        return None
    asked = Asked(run, tuple(methods), images, draws, seed)
    _ = asked.checked  # problems of the choice are said by the page, and the thread needs no session
    return asked


def _methods(run: Run) -> Sequence[str]:
    from cnnlab.explain.base import methods_for
    from cnnlab.explain.sanity.check import suited

    network = trained.model_of(run).network
    offered, default = methods_for(network), suited(network)
    key = f"{_METHODS}_{len(offered)}"  # what was chosen for a network that takes other methods is kept for it
    return linked.several_of("method", offered, default, t("sanity_page.methods"), label, key=key)


def _number(key: str, name: str, default: int, low: int, high: int) -> int:
    label, about = t(f"sanity_page.{name}"), t(f"sanity_page.{name}_help")
    return linked.number(name, default, low, high, label, key=key, help=about, width=170)
