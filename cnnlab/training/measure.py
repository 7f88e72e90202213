"""One pass over a split without learning from it: the task's metrics, the loss, and the predictions if wanted."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from cnnlab.data.types import Samples
from cnnlab.tasks.base import Predictions, Task
from cnnlab.training.runtime import Runtime


@dataclass(frozen=True)
class Measured:
    metrics: dict[str, float]  # "loss" and the task's own, without the split
    predictions: tuple[Predictions, ...] = ()


@dataclass(frozen=True)
class Measuring:
    """After a batch of a pass that only measures."""

    step: int
    steps: int


Passing = Generator[Measuring, None, Measured]


def measure(
    network: nn.Module,
    samples: Samples,
    task: Task,
    runtime: Runtime,
    *,
    batch_size: int,
    keep_predictions: bool = False,
) -> Measured:
    """The whole pass at once."""
    return drain(measuring(network, samples, task, runtime, batch_size=batch_size, keep_predictions=keep_predictions))


def drain(passing: Passing, seen: Callable[[Measuring], None] = lambda _: None) -> Measured:
    """What a pass comes to; ``seen`` is told of each batch."""
    while True:
        try:
            seen(next(passing))
        except StopIteration as end:
            return cast(Measured, end.value)


def measuring(
    network: nn.Module,
    samples: Samples,
    task: Task,
    runtime: Runtime,
    *,
    batch_size: int,
    keep_predictions: bool = False,
) -> Passing:
    """Batch by batch, so that a long pass can show progress and be left. The network's mode is restored."""
    was_training = network.training
    network.eval()
    metrics = task.metrics(samples.outputs)
    kept: list[Predictions] = []
    loss_sum = torch.zeros((), dtype=torch.float64, device=runtime.device)
    size = evaluation_size(samples, batch_size)
    steps = -(-len(samples) // size)
    try:
        for step, batch in enumerate(samples.batches(size, seed=None), start=1):
            with torch.inference_mode():  # not around the yield: it would hold for the reader too
                with runtime.casting():
                    raw = task.forward(network, batch)
                loss_sum += task.losses(raw, batch)["loss"] * len(batch)
                predictions = task.decode(raw, batch)
                metrics.update(predictions, batch)
            if keep_predictions:
                kept.append(predictions)
            yield Measuring(step, steps)
    finally:
        network.train(was_training)
    return Measured({"loss": float(loss_sum) / max(len(samples), 1), **metrics.compute()}, tuple(kept))


def evaluation_size(samples: Samples, batch_size: int) -> int:
    """Small inputs in larger batches: without gradients they take less memory than a training batch does."""
    elements = 1
    for extent in samples.kind.shape:
        elements *= extent
    return max(batch_size, 256) if elements <= 4096 else batch_size
