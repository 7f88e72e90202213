"""One batch, forward and backward, before an hour is spent: does this network learn at all?

What is measured is measured on the chosen dataset, with the network as training would start it.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnlab import estimates
from cnnlab.data import catalogue
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.tasks.outputs import network_outputs
from cnnlab.training.verdicts import Verdict, judge

if TYPE_CHECKING:  # pages name a trial without torch
    from cnnlab.data.load import Dataset
    from cnnlab.data.types import Batch
    from cnnlab.tasks.base import Task
    from cnnlab.training.probe import LayerSigns, Signs, StepSeconds

LONG_SECONDS = 20.0  # a first step that takes this long is not repeated only to be timed warm
_FREE_SHARE = 0.7  # of the free memory that a trial may take
_WORKSPACE = 2.0  # what a step takes at its highest over what it keeps


@dataclass(frozen=True)
class Trial:
    """Seconds and bytes are of one batch in float32 on ``threads`` threads."""

    architecture: str
    dataset: str
    device: str
    threads: int
    samples: int  # in the batch
    cold: StepSeconds  # the first batch: kernels are chosen, memory is asked for
    warm: StepSeconds | None  # the one after; None where the first took very long
    memory_bytes: int  # of tensors alive at once; PyTorch itself and the scratch memory of kernels come on top
    loss: float
    expected_loss: float | None  # of a network that knows nothing; None for a task that can't say
    input_mean: float  # of what the network is given, after its preprocessing
    input_std: float
    gradient_norm: float
    layers: tuple[LayerSigns, ...]
    verdicts: tuple[Verdict, ...]  # warnings first, then notes; "all_fine" alone where there are none

    def as_dict(self) -> dict[str, Any]:
        """Plain values; what is not finite is None, which JSON can say."""
        plain: dict[str, Any] = _plain(asdict(self))
        for row, layer in zip(plain["layers"], self.layers, strict=True):
            row["ratio"] = _plain(layer.ratio)
        return plain


_ONE_AT_A_TIME = threading.Lock()  # two at once would time each other


def trial(experiment: Experiment, home: Home, *, progress: Progress | None = None) -> Trial:
    """Takes about three training steps, and preparing the dataset the first time. ``experiment`` has been checked.

    Nothing is trained or kept. All of the network is looked at, also what fine-tuning would freeze at first.
    ``progress`` is called between the steps and may raise, to end it. Raises ``LabError``: what ``load`` and
    ``build_network`` raise, "device_missing", and "trial_too_large" for a batch beyond the free memory.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as a worker: spinning threads starve each other
    from cnnlab.data.load import load  # torch takes seconds to import

    tell = progress or _silent
    _check_memory(experiment, home)
    dataset = load(experiment.data, home, progress=progress)
    with _ONE_AT_A_TIME:
        return _measured(experiment, dataset, tell)


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody watches."""


def _check_memory(experiment: Experiment, home: Home) -> None:
    """Before anything is prepared."""
    from cnnlab import system
    from cnnlab.models.footprint import footprint

    info = catalogue.find(experiment.data.dataset, home)
    sizes = estimates.split_sizes(experiment, info) or {}
    samples = min(experiment.training.batch_size, sizes.get("train", experiment.training.batch_size))
    kind = estimates.input_kind(experiment, info)
    outputs = network_outputs(experiment.task, len(info.classes))
    size = footprint(experiment.model, kind, outputs, batch_size=samples)
    needed = int(2 * size.weight_bytes + _WORKSPACE * size.activation_bytes)
    free = system.facts(home).memory_free_bytes
    if needed > _FREE_SHARE * free:
        megabytes = {"needed": needed // 1_000_000, "free": free // 1_000_000}
        raise LabError("trial_too_large", field="training.batch_size", value=samples, **megabytes)


def _measured(experiment: Experiment, dataset: Dataset, tell: Progress) -> Trial:
    import torch

    from cnnlab.models.build import build_network
    from cnnlab.tasks.build import build_task
    from cnnlab.training import probe, runtime
    from cnnlab.training.threads import own_threads

    spec = experiment.training.model_copy(update={"threads": 1})  # a run may be training beside
    with own_threads(), torch.random.fork_rng(devices=[]):
        place = runtime.prepare(spec)
        torch.manual_seed(spec.seed)
        tell("progress.trying", 0, 3)
        outputs = network_outputs(experiment.task, dataset.outputs.count)
        network = build_network(experiment.model, dataset.kind, outputs, dataset.mean, dataset.std)
        place.place(network)
        network.train()
        task = build_task(experiment, dataset.outputs, dataset.training_counts)
        batches = _batches(experiment, dataset, place.device)
        first = next(batches)
        cold = probe.time_step(network, task, first)
        tell("progress.trying", 1, 3)
        long = cold.forward + cold.backward > LONG_SECONDS
        warm = None if long else probe.time_step(network, task, next(batches, first))
        tell("progress.trying", 2, 3)
        signs = probe.look(network, task, first)
    where = _Where(str(place.device), spec.threads, len(first))
    return _said(experiment, where, (cold, warm), signs, expected_loss(task, dataset.outputs.count))


class _Where(NamedTuple):
    device: str
    threads: int
    samples: int


def _said(
    experiment: Experiment,
    where: _Where,
    steps: tuple[StepSeconds, StepSeconds | None],
    signs: Signs,
    expected: float | None,
) -> Trial:
    return Trial(
        architecture=experiment.model.architecture,
        dataset=experiment.data.dataset,
        **where._asdict(),
        cold=steps[0],
        warm=steps[1],
        memory_bytes=signs.memory_bytes,
        loss=signs.loss,
        expected_loss=expected,
        input_mean=signs.input_mean,
        input_std=signs.input_std,
        gradient_norm=signs.gradient_norm,
        layers=signs.layers,
        verdicts=judge(signs, expected),
    )


def _batches(experiment: Experiment, dataset: Dataset, device: Any) -> Iterator[Batch]:
    """As the first epoch would have them."""
    from cnnlab.data.rarity import augmenter_of

    spec = experiment.training
    augment = augmenter_of(dataset, experiment.data, spec.seed)
    for batch in dataset.train.to(device).batches(spec.batch_size, seed=spec.seed, epoch=0):
        yield batch if augment is None else augment(batch, epoch=0)


def expected_loss(task: Task, outputs: int) -> float | None:
    """The task's own, where it says one."""
    stated = getattr(task, "starting_loss", None)
    return None if stated is None else float(stated(outputs))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
