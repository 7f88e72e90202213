"""All pixels of all maps in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.models.layers.base import Dimensions, Measured, Options, maps_of, numbers

if TYPE_CHECKING:
    from torch import nn


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "flatten"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:  # noqa: ARG001
    maps_of(shape, field, "flatten")
    return Measured(shape=(numbers(shape),), view=True)


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from torch import nn

    return nn.Flatten()


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    return "nn.Flatten()"
