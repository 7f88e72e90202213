"""A run's network and the test images it is asked about, and what it says of them however they are changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.load import Dataset
from cnnlab.data.types import Batch
from cnnlab.errors import DataError, LabError, RunError
from cnnlab.evaluation.trained import TrainedModel, load_trained, weights_fingerprint
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.training import runtime

IMAGES = 500  # enough that an accuracy is known to four points or better
_IMAGES = 0x1A6E  # tells the draw of images from others with the same seed
_BATCH = 64


@dataclass(frozen=True)
class Subject:
    """``images``: how many of the test split, drawn by ``seed``; ``None``: all. The page and the command share it."""

    journal: Journal
    home: Home
    dataset: Dataset
    images: int | None = IMAGES
    seed: int = 0

    def checked(self) -> Subject:
        """Itself. Raises ``RunError`` ("run_in_training"), ``DataError`` ("no_test_split"), ``LabError``
        ("robustness_images", "predicts_no_classes").
        """
        if not self.journal.status().state.is_final:
            raise RunError("run_in_training", value=self.journal.run_id)
        if not self.dataset.outputs.class_names:
            raise LabError("predicts_no_classes", value=self.journal.run_id)
        if len(self._labelled) == 0:
            raise DataError("no_test_split", field="data.split.test")
        if self.images is not None and self.images < 1:
            raise LabError("robustness_images", field="--images", value=self.images)
        return self

    @property
    def weights(self) -> str:
        """What names the network. Raises ``RunError`` ("model_missing")."""
        return weights_fingerprint(self.journal.folder)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """[N] rows of the test split, ascending: the same for every run with the same test split."""
        labelled = self._labelled
        if self.images is None or self.images >= len(labelled):
            return labelled
        rng = np.random.default_rng((self.seed, _IMAGES))
        return np.sort(rng.choice(labelled, self.images, replace=False))

    @property
    def of(self) -> int:
        return len(self._labelled)

    @cached_property
    def positions(self) -> list[int]:
        """[N] where the images are in the whole dataset: what their draws are seeded by."""
        positions: list[int] = self.dataset.test.positions[torch.from_numpy(self.places)].tolist()
        return positions

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        return self._targets[self.places]

    @property
    def choices(self) -> str:
        """Names the images, for what is kept."""
        digest = hashlib.sha256(np.asarray(self.positions, "<i8").tobytes()).hexdigest()[:16]
        spec = self.journal.experiment().data
        return f"{self.dataset.fingerprint} {self.dataset.kind.shape} {spec.resize} {digest} {self.seed}"

    def pixels(self, start: int, stop: int) -> Tensor:
        """[n, C, H, W] uint8 of the images from ``start`` to ``stop``."""
        return self.dataset.test.pick(self.places[start:stop].tolist()).inputs.contiguous()

    @cached_property
    def _targets(self) -> NDArray[np.int64]:
        targets = self.dataset.test.targets
        if not isinstance(targets, Tensor):
            raise LabError("predicts_no_classes", value=self.journal.run_id)
        found: NDArray[np.int64] = targets.numpy().astype(np.int64)
        return found

    @cached_property
    def _labelled(self) -> NDArray[np.int64]:
        return np.flatnonzero(self._targets >= 0).astype(np.int64)


class Asked:
    """A run's network of its own, on the device it was trained on: those that pages explain are never shared.

    It sets this process's threads: made and asked within ``own_threads``.
    """

    def __init__(self, subject: Subject) -> None:
        self._model: TrainedModel = load_trained(subject.journal.folder)
        self._where = runtime.prepare(self._model.experiment.training).in_float32()
        self._network = self._where.place(self._model.network)

    def classes(self, images: Tensor) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """[N, C, H, W] uint8 -> [N] predicted classes and [N] their probabilities."""
        said = [self._batch(images[start : start + _BATCH]) for start in range(0, len(images), _BATCH)]
        return np.concatenate([one for one, _ in said]), np.concatenate([share for _, share in said])

    def _batch(self, images: Tensor) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        batch = Batch(images.to(self._where.device), None, None, torch.arange(len(images)))
        with torch.inference_mode():
            columns = self._model.task.decode(self._model.task.forward(self._network, batch), batch).columns
        classes = columns["prediction"].cpu().numpy().astype(np.int64)
        return classes, columns["probability"].float().cpu().numpy()
