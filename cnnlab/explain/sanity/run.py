"""The sanity check of a trained run: which images, what is known already, what has to be computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from cnnlab.data.load import Dataset
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, LabError
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.sanity.check import CONTROLS, DRAWS, IMAGES, Cascade, examine
from cnnlab.explain.sanity.labels import LabelCheck, compare
from cnnlab.explain.sanity.store import Store
from cnnlab.home import Home

MOST_IMAGES, MOST_DRAWS = 256, 50


def drawn_images(dataset: Dataset, count: int = IMAGES, seed: int = 0) -> tuple[list[int], Tensor]:
    """Places in the test split, drawn by ``seed``, and the images there, [N, C, H, W] uint8.

    Raises ``LabError`` ("few_checked_images", "many_checked_images"), ``DataError`` ("no_test_split").
    """
    if len(dataset.test) == 0:
        raise DataError("no_test_split", field="data.split.test")
    if count < 2:
        raise LabError("few_checked_images", field="--images", value=count, limit=2)
    if count > min(MOST_IMAGES, len(dataset.test)):
        raise LabError("many_checked_images", field="--images", value=count, limit=min(MOST_IMAGES, len(dataset.test)))
    places = sorted(np.random.default_rng(seed).choice(len(dataset.test), count, replace=False).tolist())
    return places, dataset.test.pick(places).inputs


class Checked:
    """The randomisation check of one network with the same images, method by method."""

    def __init__(self, model: TrainedModel, inputs: Tensor, home: Home, *, draws: int = DRAWS, seed: int = 0) -> None:
        """Raises ``LabError`` ("draws_out_of_range")."""
        if not 1 <= draws <= MOST_DRAWS:
            raise LabError("draws_out_of_range", field="--draws", value=draws, low=1, high=MOST_DRAWS)
        self._model = model
        self._inputs = inputs
        self._draws = draws
        self._seed = seed
        self._store = Store(home, model, inputs, draws=draws, seed=seed)

    def known(self, methods: Sequence[str]) -> list[Cascade]:
        """Those of ``methods`` and the controls that were computed before."""
        found = [self._store.get(name) for name in (*methods, *CONTROLS)]
        return [each for each in found if each is not None]

    def compute(self, methods: Sequence[str], progress: Progress | None = None) -> list[Cascade]:
        """All of ``methods`` and the controls; each is kept as soon as it is done. Raises what ``examine`` raises."""
        there = {each.method: each for each in self.known(methods)}
        wanted = [*methods, *CONTROLS]
        missing = [name for name in wanted if name not in there]
        for place, name in enumerate(missing):
            tell = None if progress is None else _part(progress, place, len(missing))
            (found,) = examine(self._model, self._inputs, [name], draws=self._draws, seed=self._seed, progress=tell)
            self._store.put(found)
            there[name] = found
        return [there[name] for name in wanted]

    def known_labels(self, methods: Sequence[str], other: TrainedModel) -> list[LabelCheck]:
        """Those of ``methods`` that were compared with ``other`` before."""
        found = [self._store.get_labels(name, other) for name in methods]
        return [each for each in found if each is not None]

    def compare_labels(
        self,
        methods: Sequence[str],
        other: TrainedModel,
        accuracy: float | None,
        progress: Progress | None = None,
    ) -> list[LabelCheck]:
        """All of ``methods`` with ``other``, the network on shuffled labels (see ``sanity_labels``)."""
        there = {each.method: each for each in self.known_labels(methods, other)}
        missing = [name for name in methods if name not in there]
        for found in compare(self._model, other, accuracy, self._inputs, missing, progress=progress):
            self._store.put_labels(found, other)
            there[found.method] = found
        return [there[name] for name in methods]


def _part(progress: Progress, place: int, parts: int) -> Progress:
    """Progress of one of several parts of equal length."""
    return lambda phase, done, total: progress(phase, place * total + done, parts * total)
