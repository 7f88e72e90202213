"""Scores of methods over a batch of test images, each mean with its bootstrap interval: what one image can't prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.load import Dataset
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.selection import select
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.evaluation.truth import objects_at
from cnnlab.explain.base import method_entry, method_options, methods_for
from cnnlab.explain.explain import Explanation, explain_batch
from cnnlab.explain.grading.bootstrap import Estimate, estimate
from cnnlab.explain.grading.scorecard import CONTROLS, Beaten, Card, Control, Mark, is_better, scorecards
from cnnlab.models.network import Network
from cnnlab.registry import registry

IMAGES = 32
MOST_IMAGES = 1000
EVERY = "all"  # of the methods that suit a network
ORDERED = ("mistakes", "unsure")  # picks whose first images are meant
_AT_ONCE = 8  # images explained between two looks at who else wants the network


@dataclass(frozen=True)
class Plan:
    """What is scored, for the class that is predicted. ``options``: of each method, where they are not the defaults."""

    methods: tuple[str, ...]
    images: int = IMAGES
    pick: str = "any"
    true_class: int | None = None
    layer: str | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    slow_too: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Line:
    """One method, or one control: what its maps score on average.

    ``beats``: in how many of the scores that both have it is better than a control by more than chance: the interval
    of the mean difference on the same images leaves out 0. ``missing``: why a score isn't there, by its name.
    """

    name: str
    is_control: bool
    estimates: Mapping[str, Estimate]
    beats: Mapping[Control, Beaten] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """``indices`` count in the test split."""

    plan: Plan
    indices: tuple[int, ...]
    lines: tuple[Line, ...]


def methods_to_score(names: Sequence[str], network: Network) -> tuple[str, ...]:
    """``names`` as they are; none: the instant methods that suit the network; "all": all that suit it.

    Raises ``LabError`` ("unknown_explainer").
    """
    suited = methods_for(network)
    if not names:
        return tuple(name for name in suited if method_entry(name).facts["cost"] == "instant")
    if list(names) == [EVERY]:
        return tuple(suited)
    return tuple(dict.fromkeys(method_entry(name).name for name in names))


def check(plan: Plan) -> Plan:
    """Raises ``LabError``: "too_small", "too_large", "layer_not_taken", and what ``method_options`` says."""
    if plan.images < 1:
        raise LabError("too_small", field="--images", value=plan.images, limit=1)
    if plan.images > MOST_IMAGES:
        raise LabError("too_large", field="--images", value=plan.images, limit=MOST_IMAGES)
    for name in plan.methods:
        method_options(method_entry(name), plan.options.get(name, {}))
    if plan.layer is not None and not any(method_entry(name).facts["layers"] for name in plan.methods):
        value = plan.layer[:80]
        raise LabError("layer_not_taken", field="--layer", value=value, method=", ".join(plan.methods))
    return plan


def chosen(columns: Mapping[str, Sequence[Any]], plan: Plan) -> tuple[int, ...]:
    """Which images of the test split are scored, by its stored predictions; drawn by ``plan.seed`` where order is none.

    Raises ``LabError``: "unknown_pick", "nothing_to_score".
    """
    places = select(columns, plan.pick, true_class=plan.true_class)
    if not places:
        raise LabError("nothing_to_score", field="--pick", value=plan.pick)
    if plan.pick in ORDERED or len(places) <= plan.images:
        return tuple(places[: plan.images])
    drawn = np.random.default_rng(plan.seed).choice(len(places), plan.images, replace=False)
    return tuple(places[i] for i in sorted(drawn.tolist()))


def score_run(
    model: TrainedModel,
    dataset: Dataset,
    columns: Mapping[str, Sequence[Any]],
    plan: Plan,
    *,
    progress: Progress | None = None,
) -> Scored:
    """``columns``: the stored predictions of the dataset's test split. Raises what ``check``, ``chosen`` and
    ``explain_batch`` raise."""
    check(plan)
    indices = chosen(columns, plan)
    inputs = dataset.test.pick(indices).inputs.cpu()
    lines = score_images(model, inputs, plan, masks=objects_at(dataset, indices), progress=progress)
    return Scored(plan, indices, tuple(lines))


def score_images(
    model: TrainedModel,
    inputs: Tensor,
    plan: Plan,
    *,
    masks: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> list[Line]:
    """A line for each method, then one for each control. ``inputs``: [N, C, H, W] uint8; ``masks``: [N, H, W]."""
    place = _Place(progress, len(inputs) * (len(plan.methods) + len(registry("score"))))
    cards: list[list[Card]] = []
    for start in range(0, len(inputs), _AT_ONCE):
        part = inputs[start : start + _AT_ONCE]
        made = [_explained(model, part, method, plan, place) for method in plan.methods]
        for i, explanations in enumerate(zip(*made, strict=True)):
            mask = masks[start + i] if masks is not None else None
            cards.append(
                scorecards(
                    model.network,
                    model.task,
                    part[i : i + 1],
                    explanations,
                    mask=mask,
                    options=plan.options,
                    slow_too=plan.slow_too,
                    seed=plan.seed + start + i,
                    progress=place.inside(),
                )
            )
            place.done += len(registry("score"))
    methods = [_line([of_image[i] for of_image in cards], plan.seed) for i in range(len(plan.methods))]
    return methods + [_control_line([of_image[0] for of_image in cards], control, plan.seed) for control in CONTROLS]


def _explained(model: TrainedModel, inputs: Tensor, method: str, plan: Plan, place: _Place) -> list[Explanation]:
    found = explain_batch(
        model.network,
        model.task,
        inputs,
        targets=[None] * len(inputs),
        method=method,
        layer=plan.layer if method_entry(method).facts["layers"] else None,
        options=plan.options.get(method),
        progress=place.at(),
    )
    place.done += len(inputs)
    place.tell()
    return found


class _Place:
    """How far the whole is: what happens inside one map or one score is passed on, so that a listener can end it."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.done = 0
        self._progress = progress
        self._total = total

    def tell(self, more: int = 0) -> None:
        if self._progress:
            self._progress("progress.scoring", self.done + more, self._total)

    def at(self) -> Progress | None:
        """Inside one thing: where it began."""
        return (lambda _phase, _done, _total: self.tell()) if self._progress else None

    def inside(self) -> Progress | None:
        """Inside scores, which are counted here too."""
        return (lambda _phase, done, _total: self.tell(done)) if self._progress else None


def _line(cards: Sequence[Card], seed: int) -> Line:
    """One method, from its card of each image."""
    estimates, missing = {}, {}
    for name in cards[0].marks:
        marks = [card.marks[name] for card in cards]
        estimates[name] = estimate([mark.value for mark in marks], seed)
        why = next((mark.missing for mark in marks if mark.missing), None)
        if why is not None and estimates[name].count == 0:
            missing[name] = why
    beats = {control: _beaten(cards, control, seed) for control in CONTROLS}
    return Line(cards[0].method, False, estimates, beats, missing)


def _control_line(cards: Sequence[Card], control: Control, seed: int) -> Line:
    values = {name: [getattr(card.marks[name], control) for card in cards] for name in cards[0].marks}
    return Line(control, True, {name: estimate(found, seed) for name, found in values.items()})


def _beaten(cards: Sequence[Card], control: Control, seed: int) -> Beaten:
    won = of = 0
    for name in cards[0].marks:
        differences = list(_differences([card.marks[name] for card in cards], control))
        if differences:
            found = estimate(differences, seed)
            # the end of the interval that is the least good for the method; of one image, what it has
            ends = [end for end in (found.low, found.high) if end is not None] or [found.mean or 0.0]
            of += 1
            won += all(is_better(name, end, 0.0) for end in ends)
    return Beaten(won, of)


def _differences(marks: Sequence[Mark], control: Control) -> Iterator[float]:
    for mark in marks:
        other = getattr(mark, control)
        if mark.value is not None and other is not None:
            yield mark.value - other
