"""The many layers of a network as a few stages, by the names of its modules: for tables, bars and diagrams."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cnnlab.models.receptive import Receptive

MOST = 24  # stages that a table or a diagram is still read with


class Row(Protocol):
    """What is asked of a row of an inspection."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def output_shape(self) -> tuple[int, ...]: ...
    @property
    def parameters(self) -> int: ...
    @property
    def macs(self) -> int: ...
    @property
    def activation_bytes(self) -> int: ...
    @property
    def receptive(self) -> Receptive | None: ...


@dataclass(frozen=True)
class Stage:
    """Layers that follow each other and share the beginning of their names."""

    name: str
    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def activation_bytes(self) -> int:
        return sum(row.activation_bytes for row in self.rows)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.rows[-1].output_shape

    @property
    def receptive(self) -> Receptive | None:
        return self.rows[-1].receptive

    @property
    def heaviest(self) -> Row:
        """The layer that says best what the stage does: the one that computes most, else the first."""
        return max(self.rows, key=lambda row: row.macs)


def stages(rows: Sequence[Row], most: int = MOST) -> list[Stage]:
    """``rows`` in their order as stages; those of one rank are split together, while no more than ``most`` come of it.

    Layers that compute nothing (activation, dropout, reshaping) and norms stay with the layer before them.
    """
    found = _parts(rows, 1)
    while (finer := _finer(found, most)) is not None:
        found = finer
    return found


def common_name(rows: Sequence[Row]) -> str:
    """``features.0`` of ``features.0.conv`` and ``features.0.norm``; "" where they have nothing in common."""
    names = [row.name.split(".") for row in rows]
    common = [parts[0] for parts in itertools.takewhile(lambda parts: len(set(parts)) == 1, zip(*names, strict=False))]
    return ".".join(common)


def _parts(rows: Sequence[Row], depth: int) -> list[Stage]:
    """``rows`` by the first ``depth`` components of their names; what only follows up is joined to what it follows."""
    parts: list[Stage] = []
    for _, group in itertools.groupby(rows, key=lambda row: row.name.split(".")[:depth]):
        part = tuple(group)
        if parts and all(_follows(row) for row in part):
            parts[-1] = Stage(parts[-1].name, parts[-1].rows + part)
        elif len(parts) == 1 and all(_follows(row) for row in parts[0].rows):  # a norm before what it is for
            parts = [Stage(common_name(part), parts[0].rows + part)]
        else:
            parts.append(Stage(common_name(part), part))
    return parts


def _follows(row: Row) -> bool:
    """Neither computes nor changes how many numbers there are: an activation, a norm, dropout, a reshaping."""
    return row.macs == 0 and math.prod(row.input_shape) == math.prod(row.output_shape)


def _split(stage: Stage) -> list[Stage]:
    first, last = len(stage.name.split(".")), max(row.name.count(".") for row in stage.rows)
    for depth in range(first + 1, last + 2):
        if len(parts := _parts(stage.rows, depth)) > 1:
            return parts
    return [stage]


def _rank(stage: Stage) -> tuple[int, str]:
    """The same for ``layer1`` and ``layer2``, or for the blocks within them: what is split together."""
    return stage.name.count("."), re.sub(r"\d+", "#", stage.name)


def _finer(found: list[Stage], most: int) -> list[Stage] | None:
    """With the stages of one rank split, the topmost rank for which there is room; ``None`` where there is none."""
    for rank in sorted({_rank(stage) for stage in found}):
        finer = [part for stage in found for part in (_split(stage) if _rank(stage) == rank else [stage])]
        if len(found) < len(finer) <= most:
            return finer
    return None
