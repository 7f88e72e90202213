"""In training, a share of the numbers or of the maps is silenced (Srivastava et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.base import MAPS, Dimensions, Measured, Options, numbers

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "dropout"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    if options["channels"] and len(shape) != MAPS:
        raise ExperimentError("dropout_of_maps", field=f"{field}.channels", value=shape[0])
    if options["probability"] == 0:
        return Measured(shape=shape, view=True)
    return Measured(shape=shape, kept=shape[0] if options["channels"] else numbers(shape))  # the mask


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from torch import nn

    return (nn.Dropout2d if options["channels"] else nn.Dropout)(options["probability"])


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    return f"nn.{'Dropout2d' if options['channels'] else 'Dropout'}({options['probability']})"
