"""What an experiment is going to cost on this machine: parameters, memory, time. Estimates say what they rest on."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import statistics
import threading
from dataclasses import dataclass
from typing import Any, Literal

from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.types import InputKind, OutputSpec, Progress
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing
from cnnlab.tasks.outputs import network_outputs

Basis = Literal["run", "calibration", "none"]

PROCESS_BYTES = (
    1030e6  # a worker with torch, torchmetrics and MLflow (measured with LeNet-5 on digits: 1,029 to 1,086 MB)
)
_WORKSPACE = 3.0  # what a step takes at its highest, over what it keeps (measured with ResNet-8 on shapes: 2.5 to 4.5)
_LOOKED_AT = 200
_PROCESS_MEMORY = "system/process_memory_megabytes"
_OPTIMIZER_STATES = {"adam": 2, "adamw": 2, "sgd": 1, "rmsprop": 2}
_SPLITS = ("train", "validation", "test")

# what the time of an epoch depends on
_PACE = (
    "data.dataset",
    "data.image_size",
    "data.channels",
    "data.split.validation",
    "data.split.test",
    "training.batch_size",
    "training.optimizer",
    "training.gradient_clip",
    "training.precision",
    "training.device",
    "training.threads",
    "training.fine_tuning.frozen_epochs",
)
_PACE_GROUPS = ("data.options.", "data.augmentation.", "model.")


@dataclass(frozen=True)
class Estimate:
    """``parameters`` are exact. ``seconds_per_epoch`` is ``None`` while the size of the dataset is not known."""

    parameters: int
    memory_bytes: int  # of the process that trains, at its highest
    seconds_per_epoch: float | None
    basis: Basis  # what the time rests on: an earlier run, a short calibration, or nothing
    run_id: str | None = None  # of that earlier run
    run_name: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def key(experiment: Experiment) -> str:
    """The same for experiments that cost the same in an epoch, whatever their rate, schedule or seed."""
    return hashlib.sha256(json.dumps(_pace(experiment), sort_keys=True).encode()).hexdigest()


def estimate(experiment: Experiment, home: Home, *, progress: Progress | None = None) -> Estimate:
    """Takes about a second, and torch's import the first time. ``experiment`` has been checked.

    ``progress`` is called between the steps and may raise, to end it. Raises ``LabError`` for what can't be built.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as a worker: spinning threads starve each other
    tell = progress or _silent
    from cnnlab.models.footprint import footprint  # torch takes seconds to import

    info = catalogue.find(experiment.data.dataset, home)
    kind = input_kind(experiment, info)
    tell("progress.counting", 0, 2)
    outputs = network_outputs(experiment.task, len(info.classes))
    size = footprint(experiment.model, kind, outputs, batch_size=experiment.training.batch_size)
    memory = _memory_bytes(experiment, info, kind, size.weight_bytes, size.parameters, size.activation_bytes)
    tell("progress.calibrating", 1, 2)
    run = earlier_run(experiment, home)
    if run is not None:
        memory = _measured_memory(run) or memory
        return Estimate(size.parameters, memory, _measured_seconds(run), "run", run.run_id, run.name)
    seconds = _calibrated_seconds(experiment, info, kind, memory, home)
    return Estimate(size.parameters, memory, seconds, "none" if seconds is None else "calibration")


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody watches."""


def input_kind(experiment: Experiment, info: DatasetInfo) -> InputKind:
    side = catalogue.prepared_size(info, experiment.data)
    return InputKind("image", (experiment.data.channels or info.channels, side, side))


def split_sizes(experiment: Experiment, info: DatasetInfo) -> dict[str, int] | None:
    """Samples in each split, near enough for an estimate; ``None`` where the dataset's size is not known."""
    counts = catalogue.counts(info, experiment.data)
    if not counts:
        return None
    pool = counts.get("train", 0) + counts.get(catalogue.UNSPLIT, 0)
    sizes = {
        name: counts.get(name) or round(getattr(experiment.data.split, name) * pool) for name in ("validation", "test")
    }
    taken = sum(size for name, size in sizes.items() if not counts.get(name))
    return {"train": max(1, round((pool - taken) * experiment.data.train_share)), **sizes}


def earlier_run(experiment: Experiment, home: Home) -> Run | None:
    """The newest run of this home whose epochs cost the same, with at least one of them complete."""
    wanted = key(experiment)
    for run in listing(home, limit=_LOOKED_AT):
        if run.experiment is not None and run.epochs and key(run.experiment) == wanted:
            return run
    return None


def _pace(experiment: Experiment) -> dict[str, Any]:
    flat = experiment.flat()
    return {name: value for name, value in flat.items() if name in _PACE or name.startswith(_PACE_GROUPS)}


def _measured_seconds(run: Run) -> float:
    # the first epoch also warms caches and chooses kernels
    later = run.epochs[1:] or run.epochs
    return statistics.median(float(record["seconds"]) for record in later)


def _measured_memory(run: Run) -> int | None:
    """The highest sample of the run's process; a short run may have none."""
    samples = Journal(run.folder).system() if run.folder else []
    return int(1e6 * max((float(sample.get(_PROCESS_MEMORY) or 0.0) for sample in samples), default=0.0)) or None


def _memory_bytes(
    experiment: Experiment, info: DatasetInfo, kind: InputKind, weight_bytes: int, parameters: int, activations: int
) -> int:
    """Process, data as they are resident, weights with gradients and optimizer state, and one step's activations."""
    sizes = split_sizes(experiment, info) or {}
    data = sum(sizes.values()) * math.prod(kind.shape)
    states = 1 + _OPTIMIZER_STATES[experiment.training.optimizer]
    return int(PROCESS_BYTES + data + weight_bytes + 4 * parameters * states + _WORKSPACE * activations)


_ONE_AT_A_TIME = threading.Lock()  # two calibrations at once would measure each other


def _calibrated_seconds(
    experiment: Experiment, info: DatasetInfo, kind: InputKind, memory: int, home: Home
) -> float | None:
    sizes = split_sizes(experiment, info)
    if sizes is None or memory - PROCESS_BYTES > _free_bytes(home) / 2:
        return None
    with _ONE_AT_A_TIME:
        step, per_input = _step_times(json.dumps(experiment.to_dict()), kind, len(info.classes))
    steps = math.ceil(sizes["train"] / experiment.training.batch_size)
    return steps * step + sizes["validation"] * per_input


@functools.lru_cache(maxsize=64)
def _step_times(description: str, kind: InputKind, classes: int) -> tuple[float, float]:
    from cnnlab.training.calibration import time_steps

    times = time_steps(Experiment.from_dict(json.loads(description)), kind, OutputSpec(classes))
    return times.training, times.measuring


def _free_bytes(home: Home) -> int:
    from cnnlab import system

    return system.facts(home).memory_free_bytes
