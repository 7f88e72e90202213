"""What a list of layers makes of an input, worked out by arithmetic alone: no torch, no memory, milliseconds.

Shapes, parameters, multiply-accumulates, activation memory and receptive fields of each layer, the error of a layer
that can't be at that layer, and judgements of the whole.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from cnnlab.errors import ExperimentError, LabError, Problem
from cnnlab.models.judgements import Judgement, judge
from cnnlab.models.layers.base import MAPS, Dimensions, Measured, numbers
from cnnlab.models.reception import of_pixels, receptive, seen_through
from cnnlab.models.receptive import Receptive
from cnnlab.models.shapes import Shape
from cnnlab.registry import checked, registry, unknown_name

__all__ = ["CheckedLayer", "DesignReport", "Judgement", "LayerRow", "analyse", "checked_layers"]

MOST_LAYERS = 128
MOST_PARAMETERS = 200_000_000  # 3.2 GB with gradients and Adam's two moments; VGG-19 has 140 million
MOST_ACTIVATION_BYTES = 1_000_000_000  # of one sample
LARGEST_SIDE = 1024
MOST_CHANNELS = 64
MOST_OUTPUTS = 50_000
OUTPUT = "output"
FLOAT_BYTES = 4
HUGE = 10**18


@dataclass(frozen=True)
class LayerRow:
    """One layer of a design. ``shape`` is of one sample, (channels, height, width) or (features,).

    ``number`` counts from 1; the last row is of kind "output", the linear layer to the classes. The figures are
    ``None`` at a layer that can't be and after it, ``receptive`` also where the fields of a map differ.
    ``problems`` name the layer's option: ``layers[3].stride``.
    """

    number: int
    kind: str
    name: str
    options: Mapping[str, Any]
    shape: Dimensions | None = None
    parameters: int | None = None
    macs: int | None = None
    activation_bytes: int | None = None  # kept for its backward pass and by no layer before; float32, one sample
    receptive: Receptive | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class DesignReport:
    """``problems`` has every problem, those of the layers too; totals are ``None`` where a layer can't be."""

    input: Shape
    rows: tuple[LayerRow, ...]
    parameters: int | None
    macs: int | None
    activation_bytes: int | None
    problems: tuple[Problem, ...]
    judgements: tuple[Judgement, ...]

    @property
    def ready(self) -> bool:
        """Whether it can be built."""
        return not self.problems


def analyse(layers: Sequence[Mapping[str, Any]], shape: Shape, outputs: int, *, field: str = "layers") -> DesignReport:
    """``layers`` as a design has them, for an input of ``shape`` and ``outputs`` classes. Never raises for a bad layer:
    every problem is in the report, named from ``field`` on.
    """
    problems = _problems_of_the_whole(layers, shape, outputs, field)
    if problems:
        return DesignReport(shape, (), None, None, None, tuple(problems), ())
    walk = _Walk(shape, field)
    for layer in layers:
        walk.step(layer)
    walk.output(outputs)
    rows = tuple(walk.rows)
    found = tuple(problem for row in rows for problem in row.problems)
    if found:
        return DesignReport(shape, rows, None, None, None, found, ())
    parameters, macs, memory = (
        sum(getattr(row, figure) for row in rows) for figure in ("parameters", "macs", "activation_bytes")
    )
    return DesignReport(shape, rows, parameters, macs, memory, (), judge(rows, shape))


@dataclass(frozen=True)
class CheckedLayer:
    """A layer that can be built: its options are complete, ``given`` is the shape of its input."""

    kind: str
    name: str
    options: Mapping[str, Any]
    given: Dimensions


def checked_layers(layers: Any, shape: Shape, outputs: int, *, field: str = "layers") -> list[CheckedLayer]:
    """The layers and the output. Raises ``ExperimentError`` with every problem."""
    report = analyse(layers, shape, outputs, field=field)
    if report.problems:
        raise ExperimentError.from_problems(report.problems)
    given: Dimensions = (shape.channels, shape.height, shape.width)
    found = []
    for row in report.rows:
        found.append(CheckedLayer(row.kind, row.name, row.options, given))
        given = row.shape or given
    return found


def _problems_of_the_whole(layers: Any, shape: Shape, outputs: int, field: str) -> list[Problem]:
    if not isinstance(layers, list | tuple):
        return [Problem("not_a_list", field, {"value": str(_plain(layers))[:80]})]
    if not layers:
        return [Problem("no_layers", field)]
    if len(layers) > MOST_LAYERS:
        return [Problem("too_many_layers", field, {"value": len(layers), "limit": MOST_LAYERS})]
    limits = {
        "channels": (shape.channels, MOST_CHANNELS),
        "size": (max(shape.height, shape.width), LARGEST_SIDE),
        "outputs": (outputs, MOST_OUTPUTS),
    }
    problems = []
    for name, (value, limit) in limits.items():
        smallest = min(shape.height, shape.width) if name == "size" else value
        if smallest < 1:
            problems.append(Problem("too_small", name, {"value": smallest, "limit": 1}))
        elif value > limit:
            problems.append(Problem("too_large", name, {"value": value, "limit": limit}))
    return problems


class _Walk:
    """Goes through the layers one by one and remembers where it is; after a bad one, ``shape`` is ``None``."""

    def __init__(self, image: Shape, field: str) -> None:
        self.image = image
        self.field = field
        self.shape: Dimensions | None = (image.channels, image.height, image.width)
        self.seen = of_pixels(image)
        self.rows: list[LayerRow] = []
        self._names: collections.Counter[str] = collections.Counter()
        self._owner = 0  # number of the layer whose output's memory the current one lies in; 0 is the input
        self._kept: set[int] = set()  # the owners of what some backward pass needs
        self._parameters = 0
        self._activation_bytes = 0

    def step(self, layer: Any) -> None:
        number = len(self.rows) + 1
        where = f"{self.field}[{number - 1}]"
        try:
            kind, options, code = _read(layer, where)
        except LabError as error:
            kind = str(_plain(layer.get("kind", ""))) if isinstance(layer, Mapping) else ""
            self._stop(LayerRow(number, kind[:80], f"layer{number}", _given(layer), problems=error.problems))
            return
        prefix = code.prefix(options)
        self._names[prefix] += 1
        row = LayerRow(number, kind, f"{prefix}{self._names[prefix]}", options)
        if self.shape is None:
            self.rows.append(row)
            return
        try:
            measured = code.measure(options, self.shape, where)
            self._add(row, measured, where)
        except ExperimentError as error:
            self._stop(replace(row, problems=error.problems))

    def output(self, outputs: int) -> None:
        """The linear layer to the classes."""
        row = LayerRow(len(self.rows) + 1, OUTPUT, OUTPUT, {"units": outputs, "bias": True})
        if self.shape is None:
            self.rows.append(row)
            return
        try:
            if len(self.shape) == MAPS:
                channels, height, width = self.shape
                maps = f"{channels} × {height} × {width}"
                raise ExperimentError("output_of_maps", field=self.field, value=maps)
            measured = registry("layer").module("linear").measure(row.options, self.shape, self.field)
            self._add(row, measured, self.field)
        except ExperimentError as error:
            self._stop(replace(row, problems=error.problems))

    def _add(self, row: LayerRow, measured: Measured, where: str) -> None:
        assert self.shape is not None  # noqa: S101  # the callers' condition
        self._parameters += measured.parameters
        if self._parameters > MOST_PARAMETERS:
            raise ExperimentError(
                "parameters_beyond_memory", field=where, value=self._parameters // 10**6, limit=MOST_PARAMETERS // 10**6
            )
        kept = self._kept_by(row.number, measured)
        self._activation_bytes += kept
        if self._activation_bytes > MOST_ACTIVATION_BYTES:
            raise ExperimentError(
                "activations_beyond_memory",
                field=where,
                value=self._activation_bytes // 10**6,
                limit=MOST_ACTIVATION_BYTES // 10**6,
            )
        self.seen = seen_through(self.seen, measured)
        self.shape = measured.shape
        self.rows.append(
            replace(
                row,
                shape=measured.shape,
                parameters=measured.parameters,
                macs=measured.macs,
                activation_bytes=kept,
                receptive=receptive(self.seen, self.image),
            )
        )

    def _kept_by(self, number: int, measured: Measured) -> int:
        """Bytes that the layer keeps for its backward pass and that no layer before it keeps."""
        assert self.shape is not None  # noqa: S101  # the callers' condition
        kept = measured.kept
        if measured.keeps_input and self._owner not in self._kept:
            self._kept.add(self._owner)
            kept += numbers(self.shape)
        if not measured.view:
            self._owner = number
        if measured.keeps_output:
            self._kept.add(self._owner)
            kept += numbers(measured.shape)
        return FLOAT_BYTES * kept

    def _stop(self, row: LayerRow) -> None:
        self.rows.append(row)
        self.shape = None


def _read(layer: Any, where: str) -> tuple[str, dict[str, Any], ModuleType]:
    """Kind, complete options and code of a layer. Raises ``LabError`` at what is wrong with it."""
    if not isinstance(layer, Mapping) or "kind" not in layer:
        raise ExperimentError("not_a_layer", field=where, value=str(_plain(layer))[:80])
    kinds = registry("layer")
    kind = layer.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        params = unknown_name("layer", str(_plain(kind)), list(kinds)).problem.params
        raise ExperimentError("unknown_layer_kind", field=f"{where}.kind", **params)
    return kind, checked(kinds[kind].options, _given(layer), where), kinds.module(kind)


def _plain(value: Any) -> Any:
    """As a problem can write it: Python refuses to write whole numbers of thousands of digits, JSON infinite ones."""
    if isinstance(value, int) and abs(value) > HUGE:
        return HUGE if value > 0 else -HUGE
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else type(value).__name__


def _given(layer: Any) -> dict[str, Any]:
    if not isinstance(layer, Mapping):
        return {}
    return {str(_plain(name))[:80]: _plain(value) for name, value in layer.items() if name != "kind"}
