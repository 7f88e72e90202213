"""The randomisation check of Adebayo et al. 2018, "Sanity Checks for Saliency Maps" (arXiv:1810.03292).

A map that explains what a network learned has to change when the network forgets it. The layers of a copy forget
from the output down (see ``randomised``), several times with other draws; at each depth the maps of the same images
and targets are compared with the network's own (see ``similarity``). The targets are what the network predicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Progress
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.base import methods_for
from cnnlab.explain.explain import Explanation, explain_batch
from cnnlab.explain.grading.controls import edge_map, random_map
from cnnlab.explain.sanity.randomised import Step, drawn, forgetful, steps
from cnnlab.explain.sanity.similarity import similarity
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.registry import registry
from cnnlab.tasks.outputs import network_outputs

EDGES, NOISE = "edges", "noise"
CONTROLS = (EDGES, NOISE)
"""Maps that ask no network: the edges of the image, always the same, and noise, always another."""

IMAGES, DRAWS, SHOWN = 16, 5, 4  # SHOWN: images whose maps are kept at each depth
MEASURES = ("absolute", "signed", "ssim")


@dataclass(frozen=True)
class Cascade:
    """What became of the maps of one method, or control."""

    method: str
    layers: tuple[str, ...]  # the lowest that has forgotten, by depth
    depths: tuple[int, ...]  # modules that have forgotten
    values: NDArray[np.float32]  # [measures, draws, depths, images], in the order of MEASURES
    maps: NDArray[np.float32]  # [1 + depths, shown, H, W]: the network's own first, then those of the first draw

    def of(self, measure: str) -> NDArray[np.float32]:
        """[draws, depths, images]"""
        found: NDArray[np.float32] = self.values[MEASURES.index(measure)]
        return found


def examine(
    model: TrainedModel,
    inputs: Tensor,
    methods: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Cascade]:
    """A cascade for each of ``methods``, which may name controls. ``inputs``: [N, C, H, W] uint8.

    Raises what ``explain_batch`` raises.
    """
    depths = steps(model.network, inputs)
    subject = _Subject(model, inputs, progress, total=(1 + draws * len(depths)) * len(methods))
    own = {method: subject.maps(model.network, method) for method in methods}
    values = {name: np.zeros((3, draws, len(depths), len(inputs)), np.float32) for name in own}
    shown = {name: [maps[:SHOWN]] for name, maps in own.items()}
    for draw in range(draws):
        fresh = drawn(lambda: _built(model), seed * 1000 + draw)
        for place, step in enumerate(depths):
            network = forgetful(model.network, fresh, step)
            for name, first in own.items():
                maps = subject.maps(network, name, turn=1 + draw * len(depths) + place)
                values[name][:, draw, place] = _compared(first, maps)
                if draw == 0:
                    shown[name].append(maps[:SHOWN])
    return [_cascade(name, depths, values[name], shown[name]) for name in own]


def suited(network: Network, wanted: Sequence[str] | None = None) -> list[str]:
    """``wanted`` methods, else those that are instant and suit ``network``, in the registry's order."""
    if wanted:
        return list(dict.fromkeys(wanted))
    known = registry("explainer")
    return [name for name in methods_for(network) if known[name].facts["cost"] == "instant"]


class _Subject:
    """The images, their targets, and how far the work is."""

    def __init__(self, model: TrainedModel, inputs: Tensor, progress: Progress | None, *, total: int) -> None:
        self._model = model
        self._inputs = inputs
        self._progress = progress
        self._targets: list[int | None] = [None] * len(inputs)
        self._layers: dict[str, str | None] = {}
        self._done = 0
        self._total = total

    def maps(self, network: Network, name: str, turn: int = 0) -> NDArray[np.float32]:
        """[N, H, W] of one method or control. The first call settles targets and the layer that is looked at.

        ``turn`` tells one noise from the other.
        """
        if name in CONTROLS:
            self._done += 1
            self._within()
        if name == EDGES:
            return np.stack([edge_map(each) for each in self._inputs.split(1)])
        if name == NOISE:
            height, width = self._inputs.shape[-2:]
            count = len(self._inputs)
            return np.stack([random_map((height, width), turn * count + i) for i in range(count)])
        found = explain_batch(
            network,
            self._model.task,
            self._inputs,
            targets=self._targets,
            method=name,
            layer=self._layers.get(name),
            progress=self._within,
        )
        self._settle(name, found)
        self._done += 1
        self._within()
        # random weights of a deep network may overflow: what is no number shows nothing
        return np.nan_to_num(np.stack([each.map for each in found]), nan=0.0, posinf=0.0, neginf=0.0)

    def _settle(self, name: str, found: Sequence[Explanation]) -> None:
        self._layers.setdefault(name, found[0].layer)
        self._targets = [each.target for each in found]

    def _within(self, *_: object) -> None:
        if self._progress is not None:
            self._progress("progress.sanity", self._done, self._total)


def _built(model: TrainedModel) -> Network:
    card = model.card
    spec = model.experiment.model.model_copy(update={"pretrained": False})
    outputs = network_outputs(model.experiment.task, card.outputs.count)
    return build_network(spec, card.kind, outputs, card.mean, card.std)


def _compared(own: NDArray[np.float32], maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """[measures, N]"""
    found = [similarity(first, second) for first, second in zip(own, maps, strict=True)]
    return np.array([[getattr(one, measure) for one in found] for measure in MEASURES], np.float32)


def _cascade(
    name: str, depths: Sequence[Step], values: NDArray[np.float32], shown: Sequence[NDArray[np.float32]]
) -> Cascade:
    layers = tuple(step.layer for step in depths)
    return Cascade(name, layers, tuple(step.depth for step in depths), values, np.stack(shown))
