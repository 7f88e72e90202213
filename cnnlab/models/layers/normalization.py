"""Batch (Ioffe, Szegedy 2015), layer (Ba et al. 2016) or group normalisation (Wu, He 2018).

Layer normalisation of maps is over all channels and positions of a sample, with one scale and shift a channel: group
normalisation of one group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.base import MAPS, Dimensions, Measured, Options, numbers

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "norm"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    channels, groups = shape[0], options["groups"]
    if options["type"] == "batch" and len(shape) == MAPS and shape[1] * shape[2] == 1:
        raise ExperimentError("norm_of_one_pixel", field=f"{field}.type", value=1)
    if options["type"] == "group" and channels % groups:
        raise ExperimentError("group_norm_channels", field=f"{field}.groups", value=groups, channels=channels)
    together = numbers(shape) // (groups if options["type"] == "group" else 1)
    if options["type"] != "batch" and together == 1:
        raise ExperimentError("norm_of_one_number", field=f"{field}.type", value=options["type"])
    return Measured(shape=shape, parameters=2 * channels, keeps_input=True)


def build(options: Options, shape: Dimensions) -> nn.Module:
    from torch import nn

    from cnnlab.models.layers.modules import FeatureBatchNorm

    if options["type"] == "batch":
        return nn.BatchNorm2d(shape[0]) if len(shape) == MAPS else FeatureBatchNorm(shape[0])
    if options["type"] == "layer" and len(shape) != MAPS:
        return nn.LayerNorm(shape[0])
    return nn.GroupNorm(1 if options["type"] == "layer" else options["groups"], shape[0])


def code(options: Options, shape: Dimensions) -> str:
    if options["type"] == "batch":
        return f"nn.BatchNorm2d({shape[0]})" if len(shape) == MAPS else f"FeatureBatchNorm({shape[0]})"
    if options["type"] == "layer" and len(shape) != MAPS:
        return f"nn.LayerNorm({shape[0]})"
    return f"nn.GroupNorm({1 if options['type'] == 'layer' else options['groups']}, {shape[0]})"
