"""What the two networks of the laboratory answer, and what the maps of each method say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.load import Dataset, load
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.trained import TrainedModel, load_trained
from cnnlab.evaluation.truth import cues_at, objects_at
from cnnlab.explain.explain import explain_batch
from cnnlab.explain.grading.bootstrap import Estimate, estimate
from cnnlab.explain.grading.controls import edge_map, random_map
from cnnlab.explain.laboratory.setup import ARMS, TEXTURE, Pair, Setup
from cnnlab.explain.scores import energy_inside, pointing_game
from cnnlab.home import Home

CONTROLS = ("random", "edges")
MEASURES = ("pointing", "energy_object", "energy_cue", "pointing_drawn")
MOST_IMAGES = 1000
_BATCH = 100

Maps = Sequence[NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Findings:
    """``answers``: arm -> shares by name (see ``answers_of``); ``rows``: arm -> method or control -> measure.

    ``pointing`` and ``energy_object`` are of ``images`` test images of all classes, and the object is what its outline
    encloses; ``pointing_drawn`` leaves out the hole of a ring. ``energy_cue`` is of images of the class with the cue.
    """

    setup: Setup
    pair: Pair
    images: int
    cue_images: int
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Mapping[str, Estimate]]] = field(default_factory=dict)

    @property
    def methods(self) -> list[str]:
        """Those measured on both networks, without the controls."""
        return [name for name in self.rows.get(ARMS[0], {}) if name not in CONTROLS and name in self.rows[ARMS[1]]]

    def mean(self, arm: str, name: str, measure: str) -> float | None:
        found = self.rows.get(arm, {}).get(name, {}).get(measure)
        return None if found is None else found.mean

    def cue_ratio(self, name: str) -> float | None:
        """How many times more of the energy is inside the cue on the cheating network; ``None`` without a cue."""
        honest, cheating = (self.mean(arm, name, "energy_cue") for arm in ARMS)
        if honest is None or cheating is None:
            return None
        return cheating / max(honest, 1e-6)


class Bench:
    """Images and truth that both networks are measured with."""

    def __init__(self, setup: Setup, home: Home, images: int, progress: Progress | None = None) -> None:
        """Raises ``LabError``: "too_small", "too_large"."""
        self.setup = setup
        # shape and texture contradict each other on all images, or the cue is on all
        self._cued = load(setup.images(cue=setup.variant != TEXTURE), home, progress=progress)
        self._clean = load(setup.images(cue=setup.variant == TEXTURE), home, progress=progress)
        whole = len(self._cued.test)
        if images < 1:
            raise LabError("too_small", field="--images", value=images, limit=1)
        if images > min(whole, MOST_IMAGES):
            raise LabError("too_large", field="--images", value=images, limit=min(whole, MOST_IMAGES))
        self.labels = _labels(self._cued)
        drawn = np.random.default_rng(setup.seed).choice(whole, images, replace=False)
        self.mixed = np.sort(drawn)
        self.cued = np.flatnonzero(self.labels == self.cue_class)[:images] if setup.variant != TEXTURE else drawn[:0]
        self.places = np.union1d(self.mixed, self.cued)
        self.inputs = _inputs(self._cued, self.places)
        places = self.places.tolist()
        objects, cues = objects_at(self._cued, places), cues_at(self._cued, places)
        assert objects is not None  # noqa: S101  # shapes knows where they are
        assert cues is not None  # noqa: S101
        self.drawn_objects, self.cues = objects, cues
        self.objects = enclosed(objects)

    @property
    def cue_class(self) -> int:
        return 0  # the default of the dataset's option ``cue_class``

    def first(self, of_class: int, of_others: int) -> list[int]:
        """Places in the test split: the first of the class with the cue, then the first of each other class."""
        mine = np.flatnonzero(self.labels == self.cue_class)[:of_class].tolist()
        others = [int(np.flatnonzero(self.labels == label)[0]) for label in np.unique(self.labels)]
        return mine + [place for place in others if self.labels[place] != self.cue_class][:of_others]

    def look(self, places: Sequence[int]) -> tuple[Tensor, list[int]]:
        """Inputs [N, C, H, W] uint8, all with the cue, and their labels."""
        return self._cued.test.pick(places).inputs, [int(label) for label in self.labels[list(places)]]

    def answers_of(self, model: TrainedModel, own: Dataset) -> dict[str, float]:
        """Shares of test images. ``own``: on the images as the network's own test split has them.

        With a cue: ``class_with`` and ``class_without``, right answers for the class with the cue; ``without``, for
        all; ``fooled``, images of other classes that are taken for it once they carry the cue. Texture: ``agree``,
        right where texture and shape agree; where not, decisions by ``shape`` and by ``texture``.
        """
        said, clean = _predicted(model, self._cued), _predicted(model, self._clean)
        answers = {"own": _share(_predicted(model, own) == _labels(own))}
        if self.setup.variant == TEXTURE:
            names = self._cued.test.manifest["texture"]
            textures = np.array([self._cued.outputs.class_names.index(name) for name in names])
            shape, texture = _share(said == self.labels), _share(said == textures)
            return answers | {"agree": _share(clean == self.labels), "shape": shape, "texture": texture}
        of_class = self.labels == self.cue_class
        return answers | {
            "without": _share(clean == self.labels),
            "class_with": _share(said[of_class] == self.cue_class),
            "class_without": _share(clean[of_class] == self.cue_class),
            "fooled": _share(said[~of_class] == self.cue_class),
        }

    def row(self, model: TrainedModel, method: str, progress: Progress | None = None) -> dict[str, Estimate]:
        """The true class is explained; with textures the predicted one: there the question is what decided."""
        labels: list[int | None] = [int(label) for label in self.labels[self.places]]
        targets = [None] * len(labels) if self.setup.variant == TEXTURE else labels
        found = explain_batch(model.network, model.task, self.inputs, targets=targets, method=method, progress=progress)
        return self.measured([each.map for each in found])

    def control(self, name: str) -> dict[str, Estimate]:
        """The same measures of maps that know nothing of the network."""
        shape = (self.inputs.shape[-2], self.inputs.shape[-1])
        if name == "random":
            return self.measured([random_map(shape, int(place)) for place in self.places])
        return self.measured([edge_map(self.inputs[i : i + 1]) for i in range(len(self.inputs))])

    def measured(self, maps: Maps) -> dict[str, Estimate]:
        mixed, cued = np.isin(self.places, self.mixed), np.isin(self.places, self.cued)
        return {
            "pointing": _mean(pointing_game.hit, maps, self.objects, mixed),
            "energy_object": _mean(energy_inside.share, maps, self.objects, mixed),
            "energy_cue": _mean(energy_inside.share, maps, self.cues, cued),
            "pointing_drawn": _mean(pointing_game.hit, maps, self.drawn_objects, mixed),
        }


def models_of(pair: Pair, home: Home) -> dict[str, TrainedModel]:
    """Both networks, for the caller alone. Raises what ``load_trained`` raises."""
    return {arm: load_trained(home.run_folder(pair.of(arm))) for arm in ARMS}


def enclosed(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[N, H, W] with holes filled: what can't be reached from the border without crossing the object.

    The hole of a ring belongs to the ring: a network that knows rings by their holes is right to look there.
    """
    outside = np.zeros_like(masks)
    outside[:, [0, -1]], outside[:, :, [0, -1]] = True, True
    outside &= ~masks
    while True:
        grown = outside.copy()
        grown[:, 1:] |= outside[:, :-1]
        grown[:, :-1] |= outside[:, 1:]
        grown[:, :, 1:] |= outside[:, :, :-1]
        grown[:, :, :-1] |= outside[:, :, 1:]
        grown &= ~masks
        if (grown == outside).all():
            return ~outside
        outside = grown


def _mean(score: Any, maps: Maps, masks: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> Estimate:
    return estimate([float(score(maps[i], masks[i])) for i in np.flatnonzero(chosen).tolist()])


def _inputs(dataset: Dataset, places: NDArray[np.int64]) -> Tensor:
    """[N, C, H, W] uint8 of the test split."""
    return dataset.test.pick(places.tolist()).inputs


def _labels(dataset: Dataset) -> NDArray[np.int64]:
    labels: NDArray[np.int64] = dataset.prepared.targets[dataset.split.test]
    return labels


def _predicted(model: TrainedModel, dataset: Dataset) -> NDArray[np.int64]:
    """[N] for the whole test split."""
    found = []
    with torch.inference_mode():
        for batch in dataset.test.batches(_BATCH, seed=None):
            found.append(model.task.decode(model.task.forward(model.network, batch), batch).columns["prediction"])
    return np.concatenate([np.asarray(each) for each in found])


def _share(true: NDArray[np.bool_]) -> float:
    return float(true.mean()) if len(true) else 0.0
