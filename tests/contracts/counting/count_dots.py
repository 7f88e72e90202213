"""Predicts how many boxes a sample has. Targets are ``Ragged``: a row [x, y] for each dot."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import torch
from torch import Tensor, nn

from cnnlab.data.types import Batch, OutputSpec, Ragged
from cnnlab.experiment import Experiment
from cnnlab.tasks.base import Predictions


def create(experiment: Experiment, outputs: OutputSpec, training_counts: tuple[int, ...]) -> CountDots:
    assert training_counts == ()
    return CountDots()


def counts(batch: Batch) -> Tensor:
    assert isinstance(batch.targets, Ragged)
    return (batch.targets.offsets[1:] - batch.targets.offsets[:-1]).float()


class CountDots:
    monitor = "val_mean_absolute_error"
    mode: Literal["min", "max"] = "min"

    def direction(self, metric: str) -> Literal["min", "max"]:
        return "min"

    def forward(self, network: nn.Module, batch: Batch) -> Tensor:
        return network(batch.inputs)[:, 0]

    def losses(self, raw: Tensor, batch: Batch) -> dict[str, Tensor]:
        return {"loss": (raw.float() - counts(batch)).square().mean()}

    def decode(self, raw: Tensor, batch: Batch) -> Predictions:
        assert isinstance(batch.targets, Ragged)
        offsets = batch.targets.offsets.tolist()
        dots = [batch.targets.values[a:b].tolist() for a, b in itertools.pairwise(offsets)]
        return Predictions(batch.index, {"count": raw.float(), "dots": dots})

    def metrics(self, outputs: OutputSpec) -> MeanAbsoluteError:
        assert outputs.class_names == ()
        return MeanAbsoluteError()

    def score(self, raw: Tensor, target: int | Tensor) -> Tensor:
        return raw


class MeanAbsoluteError:
    def __init__(self) -> None:
        self._sum, self._samples = 0.0, 0

    def update(self, predictions: Predictions, batch: Batch) -> None:
        self._sum += float(torch.abs(predictions.columns["count"] - counts(batch)).sum())
        self._samples += len(batch)

    def compute(self) -> dict[str, Any]:
        return {"mean_absolute_error": self._sum / self._samples}
