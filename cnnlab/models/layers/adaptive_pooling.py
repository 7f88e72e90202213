"""Pooling whose windows are chosen so that the map comes out at a fixed size, whatever size it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.models.layers.base import Dimensions, Measured, Options, Window, maps_of, numbers
from cnnlab.models.layers.pooling import INDEX_NUMBERS

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "adaptive"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    channels, height, width = maps_of(shape, field, "adaptive_pooling")
    size = options["size"]
    pooled = (channels, size, size)
    return Measured(
        shape=pooled,
        keeps_input=options["type"] == "max" or size > 1,  # to one pixel it is a mean, whose gradient needs nothing
        kept=INDEX_NUMBERS * numbers(pooled) if options["type"] == "max" else 0,
        windows=((Window(height // size or 1, height // size), Window(width // size or 1, width // size)),),
        whole=size == 1,
        irregular=height % size != 0 or width % size != 0,
    )


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from torch import nn

    return (nn.AdaptiveMaxPool2d if options["type"] == "max" else nn.AdaptiveAvgPool2d)(options["size"])


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    name = "AdaptiveMaxPool2d" if options["type"] == "max" else "AdaptiveAvgPool2d"
    return f"nn.{name}({options['size']})"
