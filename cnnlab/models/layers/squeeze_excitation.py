"""Each map is weighted by what all maps together say of the image (Hu, Shen, Sun 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.models.layers.base import Dimensions, Measured, Options, arguments, maps_of

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "excite"


def squeezed(options: Options, channels: int) -> int:
    return max(1, channels // int(options["reduction"]))


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    """MACs: of the two linear layers; the weighting of the maps is not counted, as the papers don't."""
    channels, _, _ = maps_of(shape, field, "squeeze_excitation")
    units = squeezed(options, channels)
    return Measured(
        shape=shape,
        parameters=2 * channels * units + units + channels,
        macs=2 * channels * units,
        keeps_input=True,
        kept=2 * channels + units,
        whole=True,
    )


def build(options: Options, shape: Dimensions) -> nn.Module:
    from cnnlab.models.layers.modules import SqueezeExcitation

    return SqueezeExcitation(shape[0], squeezed(options, shape[0]))


def code(options: Options, shape: Dimensions) -> str:
    return f"SqueezeExcitation({arguments(shape[0], squeezed(options, shape[0]))})"
