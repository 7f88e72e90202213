"""Several images, methods and classes explained at once, each by itself where one of them can't be.

A class is asked for by its number or by a role, which each image fills with its own: what the network says, what is
true, and what the network would say next.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch

from cnnlab.data.types import Progress
from cnnlab.errors import LabError, Problem
from cnnlab.evaluation.predict import predict_inputs
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.base import COSTS, method_entry, method_options
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import Explanation, explain_batch
from cnnlab.explain.subjects import Subject

ROLES = ("predicted", "true", "runner_up")
MOST = 6  # images at once

Target = int | str
"""A class by its number, or a role."""

_PARTS = 100  # of one map, in what is reported of all


@dataclass(frozen=True)
class Key:
    """What an explanation depends on, beside the weights."""

    image: str  # SHA-256 of the pixels
    method: str
    layer: str | None  # None: the deepest with places, or a method that looks at none
    options: Mapping[str, Any]  # complete
    target: int


class Store(Protocol):
    """Keeps the explanations of one network's weights."""

    def get(self, key: Key) -> Explanation | None: ...
    def put(self, key: Key, found: Explanation) -> None: ...


@dataclass(frozen=True)
class Asked:
    """``layer``: for the methods that look at one. ``options``: of each method, as far as they are not the defaults.

    ``difference``: of two targets, what speaks for the first rather than the second; ``shown`` subtracts.
    """

    methods: tuple[str, ...]
    targets: tuple[Target, ...] = ("predicted",)
    layer: str | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    difference: bool = False


@dataclass(frozen=True)
class Cell:
    """``explanation`` is ``None`` where ``problems`` say why, or where it was not wanted yet."""

    method: str
    target: Target  # as it was asked for
    explanation: Explanation | None = None
    problems: tuple[Problem, ...] = ()
    minus: int | None = None  # of a difference: the class whose map was taken away

    @property
    def is_open(self) -> bool:
        """Neither computed nor refused."""
        return self.explanation is None and not self.problems


@dataclass(frozen=True)
class Row:
    """One image: what the network says of it, and a cell for each method and target, targets side by side."""

    subject: Subject
    predicted: int
    probabilities: tuple[float, ...]  # the network's own, unless ``read_row`` has read them
    cells: tuple[Cell, ...]
    decided: int | None = None  # what a kept threshold says, where that is another class than the predicted one

    @property
    def ranked(self) -> list[int]:
        """Classes by their probability, the most probable first."""
        return ranked(self.probabilities)


def ranked(probabilities: Sequence[float]) -> list[int]:
    return sorted(range(len(probabilities)), key=lambda place: (-probabilities[place], place))


def class_of(target: Target, subject: Subject, probabilities: Sequence[float]) -> int | None:
    """The class that ``target`` means for this image; ``None``: its true class isn't known, or there is no second."""
    if isinstance(target, int):
        return target
    order = ranked(probabilities)
    found = {"predicted": order[0], "true": subject.known_label, "runner_up": order[1] if len(order) > 1 else None}
    return found[target]


def explain_several(
    model: TrainedModel,
    subjects: Sequence[Subject],
    asked: Asked,
    *,
    costs: Collection[str] = COSTS,
    store: Store | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """A row for each of ``subjects``. Of methods whose cost is none of ``costs`` only what ``store`` has.

    What can't be explained becomes a cell with its problems. Raises ``LabError``: "unknown_explainer", "unknown_class",
    and what ``progress`` raises.
    """
    for method in asked.methods:
        method_entry(method)
    _check_targets(asked.targets, model.card.outputs.count)
    maker = _Maker(model, asked, tuple(costs), store if store is not None else _Memory())
    said = predictions(model, subjects)
    columns = [Cell(method, target) for method in asked.methods for target in asked.targets]
    rows: list[list[Cell]] = [[] for _ in subjects]
    for j, column in enumerate(columns):
        for i, subject in enumerate(subjects):
            tell = _part(progress, j * len(subjects) + i, len(subjects) * len(columns))
            rows[i].append(maker.filled(column, subject, said[i][1], tell))
            tell("progress.explaining", 1, 1)
    return [Row(subject, *told, tuple(cells)) for subject, told, cells in zip(subjects, said, rows, strict=True)]


def predictions(model: TrainedModel, subjects: Sequence[Subject]) -> list[tuple[int, tuple[float, ...]]]:
    """The predicted class of each, and the probability of every class."""
    if not subjects:
        return []
    with borrowed(model.network):  # another thread's hooks must not hear this pass
        found = predict_inputs(model, torch.cat([one.inputs for one in subjects]), [one.name for one in subjects])
    return [(model.card.outputs.class_names.index(one.label), one.probabilities) for one in found]


def shown(rows: Sequence[Row], asked: Asked) -> tuple[Row, ...]:
    """``rows`` as they were asked for: the maps, or their differences."""
    return tuple(contrasted(row, *asked.targets) for row in rows) if asked.difference else tuple(rows)


def read_row(row: Row, reading: Reading) -> Row:
    """``row`` with its probabilities as they are said of new images. The maps, and the class they are for, stay."""
    if reading.is_plain:
        return row
    said = reading.say(np.array([row.probabilities]))
    decided = int(said.decided[0])
    probabilities = tuple(said.probabilities[0].tolist())
    return replace(row, probabilities=probabilities, decided=None if decided == row.predicted else decided)


def contrasted(row: Row, first: Target, second: Target) -> Row:
    """``row`` with one cell a method: the map for ``first`` minus that for ``second``, both of which it has."""
    cells = []
    for method in dict.fromkeys(cell.method for cell in row.cells):
        one, other = (next(c for c in row.cells if (c.method, c.target) == (method, t)) for t in (first, second))
        cells.append(_difference(one, other))
    return replace(row, cells=tuple(cells))


def _difference(one: Cell, other: Cell) -> Cell:
    if one.explanation is None or other.explanation is None:
        return replace(one, explanation=None, problems=one.problems or other.problems)
    found = replace(one.explanation, map=one.explanation.map - other.explanation.map, notes={})
    return replace(one, explanation=found, minus=other.explanation.target)


class _Memory:
    """What one call has explained: two roles may mean one class."""

    def __init__(self) -> None:
        self._kept: dict[str, Explanation] = {}

    def get(self, key: Key) -> Explanation | None:
        return self._kept.get(repr(key))

    def put(self, key: Key, found: Explanation) -> None:
        self._kept[repr(key)] = found


@dataclass(frozen=True)
class _Maker:
    model: TrainedModel
    asked: Asked
    costs: tuple[str, ...]
    store: Store

    def filled(self, cell: Cell, subject: Subject, probabilities: Sequence[float], progress: Progress) -> Cell:
        target = class_of(cell.target, subject, probabilities)
        if target is None:
            return replace(cell, problems=(Problem("no_such_target", "--targets", {"value": cell.target}),))
        try:
            return replace(cell, explanation=self._explained(cell.method, subject, target, progress))
        except LabError as error:
            return replace(cell, problems=error.problems)

    def _explained(self, method: str, subject: Subject, target: int, progress: Progress) -> Explanation | None:
        entry = method_entry(method)
        options = method_options(entry, self.asked.options.get(method, {}))
        layer = self.asked.layer if entry.facts["layers"] else None
        key = Key(subject.digest, method, layer, options, target)
        found = self.store.get(key)
        if found is not None or entry.facts["cost"] not in self.costs:
            return found
        (found,) = explain_batch(
            self.model.network,
            self.model.task,
            subject.inputs,
            targets=[target],
            method=method,
            layer=layer,
            options=options,
            progress=progress,
        )
        self.store.put(key, found)
        return found


def _part(progress: Progress | None, done: int, count: int) -> Progress:
    """Told of one map, tells of all ``count``."""

    def tell(phase: str, step: int, steps: int) -> None:
        if progress is None:
            return
        share = min(_PARTS, _PARTS * step // max(1, steps))
        progress(phase, done * _PARTS + share, count * _PARTS)

    return tell


def _check_targets(targets: Sequence[Target], classes: int) -> None:
    for target in targets:
        known = target in ROLES if isinstance(target, str) else 0 <= target < classes
        if not known:
            raise LabError("unknown_class", field="--target", value=target, known=f"0–{classes - 1}")
