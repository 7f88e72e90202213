"""What a kind of layer says of itself, in plain numbers: no torch.

A kind's code file has::

    measure(options, shape, field) -> Measured         # raises ExperimentError at field.OPTION
    build(options, shape) -> nn.Module
    code(options, shape) -> str                        # the expression that makes the same module
    prefix(options) -> str                             # of the layer's name: "conv" -> conv1, conv2, …

``shape`` is of one sample: (channels, height, width) of maps, or (features,).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import ExperimentError

Options = Mapping[str, Any]
Dimensions = tuple[int, ...]
MAPS = 3  # dimensions of maps: channels, height, width


@dataclass(frozen=True)
class Window:
    """A sliding window along one axis."""

    kernel: int  # pixels from its first to its last, dilation included
    stride: int = 1
    before: int = 0  # padding before the first pixel


@dataclass(frozen=True)
class Measured:
    """What one layer makes of one sample.

    ``keeps_*`` and ``kept`` say what its backward pass needs (as torch saves it), so that activation memory can be
    added up over layers without counting a tensor twice. ``windows`` are applied one after another, (height, width).
    """

    shape: Dimensions
    parameters: int = 0
    macs: int = 0
    keeps_input: bool = False
    keeps_output: bool = False
    kept: int = 0  # numbers kept besides input and output
    windows: tuple[tuple[Window, Window], ...] = ()
    whole: bool = False  # every output depends on the whole map
    irregular: bool = False  # windows of several sizes: the fields of its positions differ
    view: bool = False  # the output is the input's memory


# activations whose gradient follows from their output; the others need their input
FROM_OUTPUT = frozenset({"relu", "sigmoid", "tanh"})


def numbers(shape: Dimensions) -> int:
    """How many numbers a tensor of this shape has."""
    product = 1
    for side in shape:
        product *= side
    return product


def maps_of(shape: Dimensions, field: str, kind: str) -> tuple[int, int, int]:
    """``shape`` as (channels, height, width). Raises ``ExperimentError`` where only a row of numbers is left."""
    if len(shape) != MAPS:
        raise ExperimentError("layer_needs_maps", field=field, value=kind, features=shape[0])
    return shape[0], shape[1], shape[2]


def slide(side: int, window: int, stride: int, before: int, after: int, *, field: str, value: int) -> int:
    """Positions of a window along a side of that many pixels. Raises ``ExperimentError`` if it does not fit."""
    padded = side + before + after
    if padded < window:
        raise ExperimentError("window_exceeds_map", field=field, value=value, limit=padded)
    return (padded - window) // stride + 1


def arguments(*positional: Any, **named: Any) -> str:
    """``3, 32, 5, padding=2``: as a call is written."""
    return ", ".join([*map(str, positional), *(f"{name}={value}" for name, value in named.items())])
