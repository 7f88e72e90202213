"""The scorecard of maps of one image: each score beside that of a random map and of the edges of the image.

A score by itself says little: what it takes to be good differs from image to image and from network to network. So
every number stands beside the same number of maps that know nothing of the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Progress
from cnnlab.explain.base import method_entry
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import Explanation, explain_batch
from cnnlab.explain.grading.controls import edge_map, random_map
from cnnlab.explain.grading.graded import Graded, Maps
from cnnlab.explain.progress import listening
from cnnlab.models.network import Network
from cnnlab.registry import Entry, registry
from cnnlab.tasks.base import Task

RANDOM_MAPS = 3  # whose mean is the score of a random map

Control = Literal["random", "edges"]
CONTROLS: tuple[Control, ...] = ("random", "edges")
Options = Mapping[str, Mapping[str, Any]]
"""Of each method by its name, as its maps were made."""


@dataclass(frozen=True)
class Mark:
    """``value`` is ``None`` where ``missing`` says why: "mask", "slow", "flat" (the map or the score is the same
    everywhere). ``random`` and ``edges`` are ``None`` for what only a method has."""

    value: float | None
    random: float | None = None
    edges: float | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Beaten:
    """A control was beaten in ``won`` of ``of`` scores."""

    won: int
    of: int


@dataclass(frozen=True)
class Card:
    """``marks``: by the name of the score, in the order of the registry."""

    method: str
    target: int
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def beats(self, control: Control) -> Beaten:
        """Of the scores that both have; a draw is not a win."""
        won = of = 0
        for name, mark in self.marks.items():
            other = getattr(mark, control)
            if mark.value is not None and other is not None:
                of += 1
                won += is_better(name, mark.value, other)
        return Beaten(won, of)


def is_better(score: str, value: float, other: float) -> bool:
    return value > other if registry("score")[score].facts["better"] == "higher" else value < other


def scorecards(
    network: Network,
    task: Task,
    inputs: Tensor,
    explanations: Sequence[Explanation],
    *,
    mask: NDArray[np.bool_] | None = None,
    options: Options | None = None,
    slow_too: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Card]:
    """A card for each of ``explanations`` of one image, ``inputs`` [1, C, H, W] uint8, in their order.

    ``mask``: [H, W], where the object is known; ``options``: with which the methods are run again for the maximum
    sensitivity, which methods that take a minute have only with ``slow_too``. The same for the same ``seed``.
    """
    steps = _Steps(progress, sum(1 for _ in registry("score")) * len({one.target for one in explanations}))
    cards: dict[int, Card] = {}
    with borrowed(network) as net, steps.heard():
        for target in dict.fromkeys(one.target for one in explanations):
            places = [i for i, one in enumerate(explanations) if one.target == target]
            graded = Graded(net, task, inputs, target, mask, seed)
            grader = _Grader(graded, [explanations[i] for i in places], options or {}, slow_too)
            cards |= dict(zip(places, grader.cards(steps), strict=True))
    return [cards[i] for i in range(len(explanations))]


def scorecard(
    network: Network,
    task: Task,
    inputs: Tensor,
    explanation: Explanation,
    *,
    mask: NDArray[np.bool_] | None = None,
    options: Mapping[str, Any] | None = None,
    slow_too: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> Card:
    """``scorecards`` of one map; ``options``: of its method."""
    own = {explanation.method: options or {}}
    (card,) = scorecards(
        network, task, inputs, [explanation], mask=mask, options=own, slow_too=slow_too, seed=seed, progress=progress
    )
    return card


def control_maps(inputs: Tensor, seed: int = 0) -> Maps:
    """[RANDOM_MAPS + 1, H, W]: the random maps, then the edges of ``inputs`` [1, C, H, W]."""
    edges = edge_map(inputs)
    shape = (edges.shape[0], edges.shape[1])
    return np.stack([*(random_map(shape, seed * RANDOM_MAPS + i) for i in range(RANDOM_MAPS)), edges])


class _Steps:
    """How many scores are done; reports from inside one are passed on as its place, so that a listener can end it."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    @contextmanager
    def heard(self) -> Iterator[None]:
        with listening(self._tell if self._progress else None):
            yield

    def next(self) -> None:
        self._done += 1
        self._tell()

    def _tell(self, *_: Any) -> None:
        if self._progress:
            self._progress("progress.scoring", self._done, self._total)


@dataclass(frozen=True)
class _Grader:
    """The maps of one image and one class."""

    graded: Graded
    explanations: list[Explanation]
    options: Options
    slow_too: bool

    def cards(self, steps: _Steps) -> list[Card]:
        controls = control_maps(self.graded.inputs, self.graded.seed)
        maps = np.concatenate([np.stack([one.map for one in self.explanations]), controls])
        columns: dict[str, list[Mark]] = {}
        for name, entry in registry("score").items():
            columns[name] = self._marks(entry, maps)
            steps.next()
        return [
            Card(one.method, one.target, {name: marks[i] for name, marks in columns.items()})
            for i, one in enumerate(self.explanations)
        ]

    def _marks(self, entry: Entry, maps: Maps) -> list[Mark]:
        needs = entry.facts.get("needs", ())
        if "mask" in needs and (self.graded.mask is None or not self.graded.mask.any()):
            return [Mark(None, missing="mask") for _ in self.explanations]
        grade = registry("score").module(entry.name).grade
        if "method" in needs:
            return [self._again(grade, one) for one in self.explanations]
        count, found = len(self.explanations), grade(self.graded, maps)
        random, edges = _known(float(np.mean(found[count : count + RANDOM_MAPS]))), _known(float(found[-1]))
        return [
            Mark(_known(value), random, edges, None if math.isfinite(value) else "flat")
            for value in found[:count].tolist()
        ]

    def _again(self, grade: Callable[..., float], explanation: Explanation) -> Mark:
        if not self.slow_too and method_entry(explanation.method).facts["cost"] == "minute":
            return Mark(None, missing="slow")

        def again(pixels: Tensor) -> Maps:
            return _maps_again(self.graded, explanation, self.options.get(explanation.method, {}), pixels)

        value = grade(self.graded, explanation.map, again)
        return Mark(_known(value), missing=None if math.isfinite(value) else "flat")


def _maps_again(graded: Graded, explanation: Explanation, options: Mapping[str, Any], pixels: Tensor) -> Maps:
    found = explain_batch(
        graded.network,
        graded.task,
        pixels,
        targets=[explanation.target] * len(pixels),
        method=explanation.method,
        layer=explanation.layer,
        options=options,
    )
    return np.stack([one.map for one in found])


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
