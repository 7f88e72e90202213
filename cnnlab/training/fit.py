"""The training loop, as a generator: a ``Step`` after each batch, an ``EpochResult`` after each epoch.

In between, a ``Measuring`` after each batch of validation.

It knows nothing of journals, checkpoints or of being stopped from outside. Whoever iterates decides that, by
looking at what comes and by closing the generator; ``FitState`` is whole at every yield.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from cnnlab.data.types import Batch, Samples
from cnnlab.errors import ExperimentError
from cnnlab.experiment import TrainingSpec
from cnnlab.tasks.base import Task
from cnnlab.training import fine_tuning, schedules
from cnnlab.training.early_stopping import EarlyStopping
from cnnlab.training.measure import Measuring, measuring
from cnnlab.training.optimizers import build_optimizer, set_rate
from cnnlab.training.runtime import Runtime, seed_step

Augment = Callable[..., Batch]


@dataclass(frozen=True)
class Step:
    """After a batch. ``loss`` is a 0-d tensor: reading it waits for the device, so read it seldom."""

    epoch: int  # counted from 1
    step: int  # batches done in this epoch
    steps: int
    loss: Tensor
    samples: int


@dataclass(frozen=True)
class EpochResult:
    """After an epoch and its validation."""

    epoch: int
    metrics: dict[str, float]  # "train_loss", "val_accuracy", …
    learning_rate: float  # of the epoch's last step
    seconds: float  # training and validation
    images_per_second: float  # training alone
    improved: bool
    stop: bool  # early stopping says so


@dataclass
class FitState:
    """Everything that training further depends on, besides the network's weights."""

    optimizer: Optimizer
    stopping: EarlyStopping
    plateau: schedules.Plateau
    epoch: int = 0  # epochs completed
    step: int = 0  # batches done in the epoch under way
    sums: dict[str, Tensor] = field(default_factory=dict)  # of the epoch under way, weighted by samples
    seen: int = 0  # samples in ``sums``
    epoch_seconds: float = 0.0  # of training in the epoch under way
    seconds: float = 0.0  # of training and validation so far, all attempts
    images: int = 0  # trained on so far
    stopped_early: bool = False

    @classmethod
    def fresh(cls, network: nn.Module, task: Task, spec: TrainingSpec) -> FitState:
        stopping = spec.early_stopping
        mode = task.direction(stopping.monitor.partition("_")[2])
        return cls(
            build_optimizer(network, spec),
            EarlyStopping(stopping.patience, stopping.min_delta, mode, from_epoch=spec.unfrozen_after),
            schedules.Plateau(spec.schedule.factor, spec.schedule.patience, mode),
        )

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values only: readable with ``weights_only=True``, strides kept."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        parts = {name: getattr(self, name).state_dict() for name in ("optimizer", "stopping", "plateau")}
        return {**plain, **parts, "sums": dict(self.sums)}

    def load_state_dict(self, stored: dict[str, Any]) -> None:
        for name in _PLAIN:
            setattr(self, name, stored[name])
        self.optimizer.load_state_dict(stored["optimizer"])
        self.stopping = EarlyStopping.from_state(stored["stopping"])
        self.plateau = schedules.Plateau.from_state(stored["plateau"])
        device = self.optimizer.param_groups[0]["params"][0].device
        self.sums = {name: value.to(device) for name, value in stored["sums"].items()}


_PLAIN = ("epoch", "step", "seen", "epoch_seconds", "seconds", "images", "stopped_early")


def fit(
    network: nn.Module,
    training: Samples,
    validation: Samples,
    task: Task,
    spec: TrainingSpec,
    runtime: Runtime,
    *,
    state: FitState,
    augment: Augment | None = None,
) -> Generator[Step | Measuring | EpochResult, None, None]:
    """Trains from ``state`` to the last epoch or until early stopping says so. ``network`` is on its device."""
    while state.epoch < spec.epochs and not state.stopped_early:
        with fine_tuning.training(network, spec, state.epoch):
            yield from _train_epoch(network, training, task, spec, runtime, state, augment)
        clock = time.perf_counter()
        measured = yield from measuring(network, validation, task, runtime, batch_size=spec.batch_size)
        validation_seconds = time.perf_counter() - clock
        yield _end_epoch(measured.metrics, steps_per_epoch(training, spec), spec, state, validation_seconds)


def _train_epoch(
    network: nn.Module,
    training: Samples,
    task: Task,
    spec: TrainingSpec,
    runtime: Runtime,
    state: FitState,
    augment: Augment | None,
) -> Iterator[Step]:
    epoch, optimizer = state.epoch, state.optimizer
    steps = steps_per_epoch(training, spec)
    clock = time.perf_counter()
    for batch in training.batches(spec.batch_size, seed=spec.seed, epoch=epoch, start=state.step):
        seed_step(spec.seed, epoch, state.step, runtime.device)
        set_rate(optimizer, schedules.rate(spec, epoch * steps + state.step, steps, plateau_factor=state.plateau.scale))
        if augment is not None:
            batch = augment(batch, epoch=epoch)
        with runtime.casting():
            raw = task.forward(network, batch)
        losses = task.losses(raw, batch)
        losses["loss"].backward()
        if spec.gradient_clip:
            torch.nn.utils.clip_grad_norm_(network.parameters(), spec.gradient_clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        _add(state, losses, len(batch))
        state.epoch_seconds += time.perf_counter() - clock
        yield Step(epoch + 1, state.step, steps, losses["loss"].detach(), len(batch))
        clock = time.perf_counter()  # what the reader did in between is not training


def _add(state: FitState, losses: dict[str, Tensor], samples: int) -> None:
    for name, value in losses.items():
        if name not in state.sums:
            state.sums[name] = torch.zeros((), dtype=torch.float64, device=value.device)
        # the last batch is shorter, so a mean of batch means would be wrong
        state.sums[name].add_(value.detach(), alpha=samples)
    state.step += 1
    state.seen += samples
    state.images += samples


def _end_epoch(
    validated: dict[str, float], steps: int, spec: TrainingSpec, state: FitState, validation_seconds: float
) -> EpochResult:
    means = {f"train_{name}": float(value) / state.seen for name, value in state.sums.items()}
    metrics = means | {f"val_{name}": value for name, value in validated.items()}
    monitored = _monitored(metrics, spec.early_stopping.monitor)
    last_step = state.epoch * steps + state.step - 1
    learning_rate = schedules.rate(spec, last_step, steps, plateau_factor=state.plateau.scale)
    state.stopped_early = state.stopping(monitored)
    state.plateau(monitored)
    speed = state.seen / max(state.epoch_seconds, 1e-9)
    seconds = state.epoch_seconds + validation_seconds
    state.seconds += seconds
    state.epoch, state.step, state.seen, state.epoch_seconds, state.sums = state.epoch + 1, 0, 0, 0.0, {}
    improved, stop = state.stopping.improved, state.stopped_early
    return EpochResult(state.epoch, metrics, learning_rate, seconds, speed, improved, stop)


def _monitored(metrics: dict[str, float], name: str) -> float:
    if name not in metrics:
        known = ", ".join(metrics)
        raise ExperimentError("unknown_metric", field="training.early_stopping.monitor", value=name, known=known)
    return metrics[name]


def steps_per_epoch(training: Samples, spec: TrainingSpec) -> int:
    return max(1, -(-len(training) // spec.batch_size))
