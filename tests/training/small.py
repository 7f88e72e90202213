"""The smallest training there is: three classes of images of 6 pixels, told apart by which third is bright."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnnlab.data.samples import ArraySamples
from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.experiment import Experiment, TrainingSpec
from cnnlab.tasks.classification import Classification
from cnnlab.training import runtime
from cnnlab.training.checkpoints import digest_of_state
from cnnlab.training.fit import FitState, fit

KIND, OUTPUTS = InputKind("image", (1, 6, 6)), OutputSpec(3)


def samples(count: int, seed: int) -> ArraySamples:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (count,), generator=generator)
    images = torch.randint(0, 120, (count, 6, 6, 1), generator=generator)
    for image, label in zip(images, labels.tolist(), strict=True):
        image[2 * label : 2 * label + 2] += 90
    return ArraySamples(KIND, OUTPUTS, images.to(torch.uint8), labels, torch.arange(count))


class SmallRun:
    """``network`` is made after the seed is set; ``changes`` are settings of the training."""

    def __init__(self, network: Any, **changes: Any) -> None:
        base = {"epochs": 3, "batch_size": 32, "threads": 1, "learning_rate": 0.01}
        changed = {f"training.{name}": value for name, value in (base | changes).items()}
        self.spec: TrainingSpec = Experiment().changed(changed).training
        self.runtime = runtime.prepare(self.spec)
        torch.manual_seed(self.spec.seed)
        self.network: nn.Module = self.runtime.place(network())
        self.task = Classification()
        self.state = FitState.fresh(self.network, self.task, self.spec)
        self.train, self.validation = samples(150, 1).to("cpu"), samples(60, 2).to("cpu")

    def events(self) -> Any:
        splits = (self.train, self.validation)
        return fit(self.network, *splits, self.task, self.spec, self.runtime, state=self.state)

    def digest(self) -> str:
        return digest_of_state(self.network, self.state)
