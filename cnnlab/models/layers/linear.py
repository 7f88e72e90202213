"""Each unit is a weighted sum of all features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.base import MAPS, Dimensions, Measured, Options, arguments

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "linear"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    if len(shape) == MAPS:
        channels, height, width = shape
        raise ExperimentError("linear_of_maps", field=field, value=f"{channels} × {height} × {width}")
    units = options["units"]
    biases = units if options["bias"] else 0
    weights = shape[0] * units
    return Measured(shape=(units,), parameters=weights + biases, macs=weights, keeps_input=True, whole=True)


def build(options: Options, shape: Dimensions) -> nn.Module:
    from torch import nn

    return nn.Linear(shape[0], options["units"], bias=options["bias"])


def code(options: Options, shape: Dimensions) -> str:
    bias = {} if options["bias"] else {"bias": False}
    return f"nn.Linear({arguments(shape[0], options['units'], **bias)})"
