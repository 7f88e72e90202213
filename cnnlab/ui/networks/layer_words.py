"""Layers, shapes and receptive fields in words, and stages as the blocks of a diagram."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab import i18n
from cnnlab.i18n import formats
from cnnlab.models.receptive import Receptive
from cnnlab.models.stages import Row, Stage
from cnnlab.registry import Entry
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.plots.diagram import Block

# of a module's type -> kind of a block; the first that fits
_KINDS = (
    ("attention", re.compile(r"attention", re.IGNORECASE)),
    ("recurrent", re.compile(r"^(GRU|LSTM|RNN)|Reader")),
    ("convolution", re.compile(r"conv|OrganisedCells|ContrastCells", re.IGNORECASE)),
    ("pooling", re.compile(r"pool|subsampl|ComplexCells", re.IGNORECASE)),
    ("linear", re.compile(r"linear|RadialOutput", re.IGNORECASE)),
)


def kind(type_name: str) -> str:
    """``Conv2d`` -> "Convolution"; a type without a word of its own stays as PyTorch calls it."""
    key = f"layer_type.{type_name}"
    return t(key) if i18n.has(key) else type_name


def shape(sides: Sequence[int]) -> str:
    """Channels first: ``64 × 56 × 56``."""
    return " × ".join(str(side) for side in sides) if sides else formats.UNKNOWN


def field(receptive: Receptive | None) -> str:
    """``31 × 31``, "whole image", or the dash of what is not known."""
    if receptive is None:
        return formats.UNKNOWN
    if receptive.whole:
        return t("network_page.whole_image")
    return f"{receptive.size[0]} × {receptive.size[1]}"


def last_field(rows: Sequence[Row]) -> str:
    """The receptive field of the last layer that still has positions: pooling to one number sees everything anyway."""
    with_places = [row.receptive for row in rows if len(row.output_shape) == 3 and max(row.output_shape[1:]) > 1]
    known = [receptive for receptive in with_places if receptive is not None]
    return field(known[-1] if known and with_places[-1] is not None else None)


def code(name: str) -> str:
    """A layer's name in the midst of a sentence; names of modules hold no backticks."""
    return f"`{name}`"


def blocks(entry: Entry, given: tuple[int, ...], parts: Sequence[Stage]) -> list[Block]:
    """The input and every stage, as ``cnnlab.plots.diagram`` draws them."""
    from cnnlab.plots.diagram import Block

    drawn = [Block(given, "input", t("network_page.block.input"))]
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        drawn.append(
            Block(_channels_first(entry, part), _block_kind(part, last=last), _operation(part), _details(part))
        )
    return drawn


def _channels_first(entry: Entry, part: Stage) -> tuple[int, ...]:
    sides = next((row.output_shape for row in reversed(part.rows) if row.output_shape), (1,))
    last = entry.facts.get("attribution") == "channels_last"
    return (sides[-1], *sides[:-1]) if last and len(sides) == 3 else sides


def _block_kind(part: Stage, *, last: bool) -> str:
    if last and part.output_shape and len(part.output_shape) == 1:
        return "output"
    types = [part.heaviest.type] if len(part.rows) < 3 else [row.type for row in part.rows]
    for name, pattern in _KINDS:
        if any(pattern.search(found) for found in types):
            return name
    return "other"


def _operation(part: Stage) -> str:
    if len(part.rows) < 4:
        return kind(part.heaviest.type)
    return f"{part.name} ({t('network_page.layers', count=len(part.rows))})"


def _details(part: Stage) -> str:
    lines = [part.name, shape(part.output_shape)]
    for name, value in (("parameters", part.parameters), ("macs", part.macs)):
        lines.append(t(f"networks_page.{name}", **{name: formats.short(value, language())}))
    if part.receptive is not None:
        lines.append(t("network_page.block.field", field=field(part.receptive)))
    return "\n".join(lines)
