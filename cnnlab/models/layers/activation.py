"""A nonlinear function of each number: without one between them, two layers are no more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.models.layers.base import FROM_OUTPUT, Dimensions, Measured, Options

if TYPE_CHECKING:
    from torch import nn

CLASSES = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
}


def prefix(options: Options) -> str:
    return str(options["type"])


def measure(options: Options, shape: Dimensions, field: str) -> Measured:  # noqa: ARG001  # nothing can be wrong
    from_output = options["type"] in FROM_OUTPUT
    return Measured(shape=shape, keeps_input=not from_output, keeps_output=from_output)


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from cnnlab.models import blocks

    return blocks.activation(options["type"])


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    return f"nn.{CLASSES[options['type']]}()"
