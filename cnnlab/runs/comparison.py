"""Two or more runs side by side: what differs between them, and what may be said of which is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnlab.experiment import Experiment
from cnnlab.registry import registry
from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score

MOST = 10
UNSTATED = ("schema_version", "name", "owner", "data.fingerprint")
_OPTIONS_OF = {
    "data": ("dataset", lambda experiment: experiment.data.dataset),
    "task": ("task", lambda experiment: experiment.task.name),
    "model": ("architecture", lambda experiment: experiment.model.architecture),
}
MISSING = object()
"""The value of a setting that a run has not, or whose description can't be read."""


@dataclass(frozen=True)
class Row:
    """One setting and its value in each run (or ``MISSING``)."""

    field: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        return any(value != self.values[0] for value in self.values[1:])


Kind = Literal["untested", "different_metrics", "different_data", "different_split", "unknown_images", "same", "ahead"]


@dataclass(frozen=True)
class Verdict:
    """What the test metrics say.

    "untested": fewer than two runs have one; "different_metrics"; "different_data", "different_split": measured on
    other test images; "unknown_images": the files that say which they are can't be read here; "same": equal;
    "ahead": ``best`` (a place among the runs) leads ``second`` by ``difference`` (in [0, 1] for shares).
    """

    kind: Kind
    metric: str = ""
    best: int | None = None
    second: int | None = None
    difference: float = 0.0
    images: int | None = None
    behind: tuple[float | None, ...] = ()  # of each run, how far behind ``best``; () where nothing may be said


def settings(runs: Sequence[Run]) -> list[Row]:
    """Every setting of any of the runs, options with their defaults, in the order of the description."""
    described = [_settings(run.experiment) for run in runs]
    fields = list(dict.fromkeys(field for one in described for field in one))
    return [Row(field, tuple(one.get(field, MISSING) for one in described)) for field in fields]


def verdict(runs: Sequence[Run]) -> Verdict:
    """Which run has the better test metric. One run each says nothing about chance: that takes seeds, or a test."""
    scores = [(place, *held_out_score(run)) for place, run in enumerate(runs)]
    measured = [(place, name, value) for place, name, value in scores if value is not None]
    if len(measured) < 2:
        return Verdict("untested")
    metric = measured[0][1]
    if any(name != metric for _, name, _ in measured):
        return Verdict("different_metrics")
    obstacle = _obstacle([_test_split(runs[place]) for place, _, _ in measured])
    if obstacle:
        return Verdict(obstacle, metric)
    sign = -1.0 if "loss" in metric else 1.0
    ranked = sorted(measured, key=lambda one: -sign * one[2])
    best, second = ranked[0], ranked[1]
    difference = abs(best[2] - second[2])
    kind: Kind = "ahead" if difference > 0 else "same"
    behind = tuple(None if value is None else abs(best[2] - value) for _, _, value in scores)
    return Verdict(kind, metric, best[0], second[0], difference, _count(runs[best[0]]), behind)


def images_an_epoch(run: Run) -> int | None:
    """Of the training split; ``None`` where the file that says which they are can't be read here."""
    from cnnlab.data.splits import SplitIndex
    from cnnlab.errors import LabError

    try:
        return None if run.folder is None else len(SplitIndex.load(run.folder / "split.npz").train) or None
    except (LabError, OSError, ValueError):
        return None


def _settings(experiment: Experiment | None) -> dict[str, Any]:
    if experiment is None:
        return {}
    flat = {field: value for field, value in experiment.flat().items() if field not in UNSTATED}
    for part, (kind, name) in _OPTIONS_OF.items():
        entries = registry(kind)
        if name(experiment) in entries:
            defaults = entries[name(experiment)].defaults()
            options = {**defaults, **getattr(experiment, part).options}
            flat |= {f"{part}.options.{key}": value for key, value in options.items()}
    return {field: value for field, value in flat.items() if not field.endswith(".options")}


def _obstacle(splits: Sequence[tuple[str, str] | None]) -> Kind | None:
    """Why results on these test splits may not be compared; ``None`` when they are the same images."""
    known = [split for split in splits if split is not None]
    if len({dataset for dataset, _ in known}) > 1:
        return "different_data"
    if len(set(known)) > 1:
        return "different_split"
    return None if len(known) == len(splits) else "unknown_images"


def _test_split(run: Run) -> tuple[str, str] | None:
    """Names the test images: the dataset's fingerprint and the split's. ``None`` where they can't be read."""
    from cnnlab.data.splits import SplitIndex
    from cnnlab.errors import LabError
    from cnnlab.evaluation.card import Card

    if run.folder is None:
        return None
    try:
        return Card.read(run.folder).dataset_fingerprint, SplitIndex.load(run.folder / "split.npz").fingerprint
    except (LabError, OSError, ValueError, KeyError):
        return None


def _count(run: Run) -> int | None:
    from cnnlab.data.splits import SplitIndex

    return None if run.folder is None else len(SplitIndex.load(run.folder / "split.npz").test)
