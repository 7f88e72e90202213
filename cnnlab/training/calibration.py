"""How long a training step takes on this machine: a few real ones on made-up pixels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import torch

from cnnlab.augment import augmenter
from cnnlab.data.samples import ArraySamples
from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.experiment import Experiment, FineTuning
from cnnlab.models.build import build_network
from cnnlab.tasks.base import Task
from cnnlab.tasks.build import build_task
from cnnlab.tasks.outputs import network_outputs
from cnnlab.training import runtime
from cnnlab.training.fit import FitState, Step, fit
from cnnlab.training.measure import evaluation_size
from cnnlab.training.runtime import Runtime
from cnnlab.training.threads import own_threads

BUDGET_SECONDS = 0.8
_WARM_STEPS = 3  # the first ones choose kernels and make the optimizer's state
_LONG_SECONDS = 3.0  # a first step that takes this long is warm-up enough
_MOST_STEPS = 200
_PASSES = 3


@dataclass(frozen=True)
class StepTimes:
    """``training``: seconds of a step with one batch; ``measuring``: seconds of validation for one input."""

    training: float
    measuring: float


def time_steps(experiment: Experiment, kind: InputKind, outputs: OutputSpec) -> StepTimes:
    """Trains a network that is thrown away, for about a second. The process's thread count is as before afterwards.

    Raises ``LabError`` for what can't be built or a device that is not here.
    """
    # with a backbone that joins later, most epochs are with all of it
    frozen = FineTuning(frozen_epochs=1 if experiment.training.extracts_features else 0)
    spec = experiment.training.model_copy(update={"epochs": 1, "fine_tuning": frozen})
    with own_threads():
        place = runtime.prepare(spec)
        channels = kind.shape[0]
        bare = experiment.model.model_copy(update={"pretrained": False})
        count = network_outputs(experiment.task, outputs.count)
        network = place.place(build_network(bare, kind, count, (0.45,) * channels, (0.25,) * channels))
        task = build_task(experiment, outputs, (1,) * outputs.count)
        samples = _made_up(kind, outputs, spec.batch_size).to(place.device)
        augment = augmenter(experiment.data.augmentation, spec.seed)
        state = FitState.fresh(network, task, spec)
        events = fit(network, samples, samples, task, spec, place, state=state, augment=augment)
        with closing(events):
            training = _time_training(events, state)
        return StepTimes(training, _time_measuring(network, samples, task, place, spec.batch_size))


def _time_training(events: Iterator[object], state: FitState) -> float:
    """The lower quartile of warm steps: what another process takes away for a moment is not the network's cost."""
    durations: list[float] = []
    warm: list[float] = []
    for event in events:
        if not isinstance(event, Step):
            break
        durations.append(state.epoch_seconds - sum(durations))
        cold = _WARM_STEPS if durations[0] < _LONG_SECONDS else 1
        warm = durations[cold:]
        if sum(warm) > BUDGET_SECONDS or event.step == event.steps:
            break
    return sorted(warm or durations)[len(warm) // 4]


def _made_up(kind: InputKind, outputs: OutputSpec, batch_size: int) -> ArraySamples:
    """Enough batches for a calibration, all from the rows of one."""
    generator = torch.Generator().manual_seed(0)
    channels, height, width = kind.shape
    pixels = torch.randint(0, 256, (batch_size, height, width, channels), dtype=torch.uint8, generator=generator)
    positions = torch.arange(batch_size * _MOST_STEPS) % batch_size
    targets = torch.randint(0, outputs.count, (len(positions),), generator=generator)
    return ArraySamples(kind, outputs, pixels, targets, positions)


def _time_measuring(
    network: torch.nn.Module, samples: ArraySamples, task: Task, place: Runtime, batch_size: int
) -> float:
    size = evaluation_size(samples, batch_size)
    batch = next(iter(samples.batches(size, seed=None)))
    best = float("inf")
    network.eval()
    for _ in range(_PASSES):
        start = time.perf_counter()
        with torch.inference_mode(), place.casting():
            raw = task.forward(network, batch)
        task.losses(raw, batch)
        task.decode(raw, batch)
        _wait(place)
        best = min(best, time.perf_counter() - start)
        if best > BUDGET_SECONDS:
            break
    return best / len(batch)


def _wait(place: Runtime) -> None:
    if place.device.type == "cuda":
        torch.cuda.synchronize(place.device)
