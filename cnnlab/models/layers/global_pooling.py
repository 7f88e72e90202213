"""Each map becomes one number (Lin, Chen, Yan 2014, "Network in network"): a row of as many features as maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.models.layers.base import Dimensions, Measured, Options, maps_of
from cnnlab.models.layers.pooling import INDEX_NUMBERS

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "global"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    channels, _, _ = maps_of(shape, field, "global_pooling")
    strongest = options["type"] == "max"  # the gradient of a mean needs nothing
    return Measured((channels,), keeps_input=strongest, kept=INDEX_NUMBERS * channels * strongest, whole=True)


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from torch import nn

    pool = nn.AdaptiveMaxPool2d(1) if options["type"] == "max" else nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(pool, nn.Flatten())


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    name = "AdaptiveMaxPool2d" if options["type"] == "max" else "AdaptiveAvgPool2d"
    return f"nn.Sequential(nn.{name}(1), nn.Flatten())"
