"""What the networks that train from scratch reach in a few epochs on a few images, each with its own settings.

Each is trained by the same ``fit`` as every run, without a journal and MLflow, from one seed on one split. What is
compared is a network with the settings recommended for it, not networks under equal settings: a rate that suits one
spoils another.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab import recommended
from cnnlab.checks import check
from cnnlab.data.types import Progress
from cnnlab.energy.counters import EnergyMeter
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home, write_atomically
from cnnlab.models.listing import group_of
from cnnlab.registry import registry

if TYPE_CHECKING:  # torch takes seconds to import, and listing needs none
    from torch import nn

    from cnnlab.data.load import Dataset
    from cnnlab.tasks.base import Task
    from cnnlab.training.fit import FitState
    from cnnlab.training.runtime import Runtime

DATASET = "fashion_mnist"
GROUPS = ("classic", "compact", "transformer", "hybrid")
_VALIDATION_SHARE = 0.2  # of the training images: enough to choose the best epoch by

Report = Callable[[str, int, int], None]
"""(network, epoch completed, epochs)"""


@dataclass(frozen=True)
class Plan:
    """What all networks are trained on; ``epochs`` is the most for any of them."""

    samples: int = 10_000
    epochs: int = 8
    threads: int = 2
    seed: int = 0
    dataset: str = DATASET


@dataclass(frozen=True)
class Row:
    """One network. ``seconds`` (wall clock) and ``cpu_seconds``: training and validation. ``failure``: why not."""

    network: str
    experiment: str  # the SHA-256 of what was trained: a row of other settings is measured anew
    epochs: int = 0
    best_epoch: int = 0
    test_accuracy: float | None = None
    validation_accuracy: float | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    parameters: int | None = None
    macs: int | None = None
    joules: float | None = None
    failure: str | None = None


def networks() -> list[str]:
    """The networks of the benchmark: those that train from scratch, no pretrained ones, no designs of one's own."""
    return [
        name
        for name, entry in registry("architecture").items()
        if group_of(entry) in GROUPS and not entry.facts.get("pretrained")
    ]


def chosen(names: Sequence[str]) -> list[str]:
    """``names`` as the registry knows them, all of ``networks`` for none. Raises ``LabError``."""
    return [registry("architecture")[name].name for name in names] or networks()


def experiment_of(network: str, plan: Plan) -> Experiment:
    """As the Train page sets it up for ``network``, with at most the planned epochs."""
    start = recommended.start(network)
    return start.changed(
        {
            "data.dataset": plan.dataset,
            "training.epochs": min(start.training.epochs, plan.epochs),
            "training.threads": plan.threads,
            "training.seed": plan.seed,
        }
    )


def run(
    names: Sequence[str],
    plan: Plan,
    home: Home,
    *,
    known: Sequence[Row] = (),
    progress: Progress | None = None,
    report: Report | None = None,
) -> Iterator[Row]:
    """A row a network, as soon as it is measured; those of ``known`` that are whole are not measured again.

    Raises ``LabError`` where the dataset can't be had: before any network, since none could be measured.
    """
    from cnnlab.data.load import load

    load(Experiment().changed({"data.dataset": plan.dataset}).data, home, progress=progress)
    done = {row.network: row for row in of_plan(known, plan) if row.failure is None}
    for name in names:
        yield done.get(name) or _measured(name, plan, home, report or _silent)


def of_plan(rows: Sequence[Row], plan: Plan) -> list[Row]:
    """Those that were trained as ``plan`` and today's recommended settings have it."""
    known = registry("architecture")
    return [row for row in rows if row.network in known and row.experiment == _key(row.network, plan)]


def by_accuracy(rows: Sequence[Row]) -> list[Row]:
    """The most accurate first, what failed last."""
    return sorted(rows, key=lambda row: (row.test_accuracy is None, -(row.test_accuracy or 0.0), row.network))


def stored(path: Path) -> list[Row]:
    """The rows of a result file. Raises ``LabError`` ("bench_file") for a file that is something else."""
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text("utf-8"))
        return [Row(**row) for row in content["rows"]]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise LabError("bench_file", field="--out", value=str(path)) from error


def content(rows: Sequence[Row], plan: Plan) -> dict[str, Any]:
    """What a result file holds."""
    return {"plan": asdict(plan), "rows": [asdict(row) for row in by_accuracy(rows)]}


def store(path: Path, rows: Sequence[Row], plan: Plan) -> None:
    write_atomically(path, json.dumps(content(rows, plan), indent=1, ensure_ascii=False) + "\n")


def _key(network: str, plan: Plan) -> str:
    return f"{experiment_of(network, plan).sha256[:16]}-{plan.samples}"


def _measured(name: str, plan: Plan, home: Home, report: Report) -> Row:
    """The row of ``name``; whatever keeps it from being trained is the row's reason, and the next one goes on."""
    row = Row(name, _key(name, plan))
    try:
        experiment = experiment_of(name, plan)
        check(experiment, home)
        return replace(row, **_trained(experiment, plan, home, report))
    except LabError as error:
        return replace(row, failure=" ".join(problem.sentence() for problem in error.problems))
    except (RuntimeError, ValueError, MemoryError, ArithmeticError, LookupError, TypeError) as error:
        return replace(row, failure=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


def _silent(network: str, epoch: int, epochs: int) -> None:
    """Nobody watches."""


def _trained(experiment: Experiment, plan: Plan, home: Home, report: Report) -> dict[str, Any]:
    """Trains as a run does and measures the best epoch's weights on the whole test split."""
    import torch

    from cnnlab.models.build import build_network
    from cnnlab.models.inspection import inspect
    from cnnlab.tasks.build import build_task
    from cnnlab.tasks.outputs import network_outputs
    from cnnlab.training import runtime
    from cnnlab.training.fit import FitState
    from cnnlab.training.measure import measure

    spec, data = experiment.training, _part_of(experiment, plan, home)
    place = runtime.prepare(spec)
    torch.manual_seed(spec.seed)
    outputs = network_outputs(experiment.task, data.outputs.count)
    network = place.place(build_network(experiment.model, data.kind, outputs, data.mean, data.std))
    task = build_task(experiment, data.outputs, data.training_counts)
    state = FitState.fresh(network, task, spec)
    best, spent = _fitted(experiment, network, task, data, place, state, report)
    if best is None:
        raise LabError("bench_diverged", field=experiment.model.architecture)
    accuracy, weights = best
    network.load_state_dict(weights)
    tested = measure(network, data.test.to(place.device), task, place, batch_size=spec.batch_size)
    counted = inspect(experiment.model, data.kind, outputs)
    return {
        "epochs": state.epoch,
        "best_epoch": state.stopping.best_epoch,
        "test_accuracy": tested.metrics["accuracy"],
        "validation_accuracy": accuracy,
        "seconds": state.seconds,
        "parameters": counted.parameters,
        "macs": counted.macs,
        **spent,
    }


def _fitted(
    experiment: Experiment,
    network: nn.Module,
    task: Task,
    data: Dataset,
    place: Runtime,
    state: FitState,
    report: Report,
) -> tuple[tuple[float, dict[str, Any]] | None, dict[str, float | None]]:
    """What ``_best_of`` says of the training, and what that took: "cpu_seconds", "joules"."""
    from cnnlab.augment import augmenter
    from cnnlab.training.fit import fit

    spec = experiment.training
    augment = augmenter(experiment.data.augmentation, spec.seed)
    splits = (data.train.to(place.device), data.validation.to(place.device))
    clock = time.process_time()
    with EnergyMeter() as meter, closing(fit(network, *splits, task, spec, place, state=state, augment=augment)) as run:
        best = _best_of(run, network, lambda epoch: report(experiment.model.architecture, epoch, spec.epochs))
    return best, {"cpu_seconds": time.process_time() - clock, "joules": meter.joules}


def _best_of(
    events: Iterable[object], network: nn.Module, report: Callable[[int], None]
) -> tuple[float, dict[str, Any]] | None:
    """(validation accuracy, weights) of the best epoch; ``None`` where no epoch was one."""
    from cnnlab.training.fit import EpochResult

    best = None
    for event in events:
        if isinstance(event, EpochResult):
            report(event.epoch)
            if event.improved:
                best = event.metrics["val_accuracy"], copy.deepcopy(network.state_dict())
    return best


def _part_of(experiment: Experiment, plan: Plan, home: Home) -> Dataset:
    """The dataset with the first ``plan.samples`` of its training images, and as many for validation as that asks."""
    from cnnlab.data.load import load

    whole = load(experiment.data, home)
    kept = round(_VALIDATION_SHARE * plan.samples)
    split = replace(whole.split, train=whole.split.train[: plan.samples], validation=whole.split.validation[:kept])
    return load(experiment.data, home, split=split)
