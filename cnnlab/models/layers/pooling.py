"""Each window of a map becomes one pixel: its maximum or its average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.base import Dimensions, Measured, Options, Window, arguments, maps_of, numbers, slide

if TYPE_CHECKING:
    from torch import nn

INDEX_NUMBERS = 2  # maximum pooling keeps a 64-bit index for each output: as much memory as two float32


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "pool"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    channels, height, width = maps_of(shape, field, "pooling")
    size, stride, padding = options["size"], options["stride"], options["padding"]
    if padding > size // 2:
        raise ExperimentError("pool_padding", field=f"{field}.padding", value=padding, limit=size // 2, size=size)
    high, wide = (_positions(options, side, f"{field}.size") for side in (height, width))
    pooled = (channels, high, wide)
    return Measured(
        shape=pooled,
        keeps_input=True,
        kept=INDEX_NUMBERS * numbers(pooled) if options["type"] == "max" else 0,
        windows=((Window(size, stride, padding), Window(size, stride, padding)),),
    )


def _positions(options: Options, side: int, field: str) -> int:
    """With ``ceil_mode`` also of the window that the border only begins to fill, if it begins within the map."""
    size, stride, padding = options["size"], options["stride"], options["padding"]
    if not options["ceil_mode"]:
        return slide(side, size, stride, padding, padding, field=field, value=size)
    count = (side + 2 * padding - size + stride - 1) // stride + 1
    if (count - 1) * stride >= side + padding:
        count -= 1
    if count < 1:
        raise ExperimentError("window_exceeds_map", field=field, value=size, limit=side + 2 * padding)
    return count


def build(options: Options, shape: Dimensions) -> nn.Module:  # noqa: ARG001
    from torch import nn

    made = nn.MaxPool2d if options["type"] == "max" else nn.AvgPool2d
    return made(options["size"], options["stride"], options["padding"], ceil_mode=options["ceil_mode"])


def code(options: Options, shape: Dimensions) -> str:  # noqa: ARG001
    name = "MaxPool2d" if options["type"] == "max" else "AvgPool2d"
    named = {"stride": options["stride"]} if options["stride"] != options["size"] else {}
    if options["padding"]:
        named["padding"] = options["padding"]
    if options["ceil_mode"]:
        named["ceil_mode"] = True
    return f"nn.{name}({arguments(options['size'], **named)})"
