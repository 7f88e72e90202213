"""What a chain of convolution blocks makes of an input, by arithmetic alone: no torch, no memory.

A page can so check a network while it is being typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import ExperimentError

SAME = "same"


@dataclass(frozen=True)
class Shape:
    """Of one sample's maps."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        return self.channels * self.height * self.width


def block_shapes(
    blocks: Sequence[Mapping[str, Any]], shape: Shape, field: str = "model.options.blocks"
) -> tuple[Shape, ...]:
    """The shape after each block. ``blocks`` are complete, as ``cnnlab.registry.checked`` leaves them.

    Raises ``ExperimentError`` at the first block that the maps are too small for, naming it and its setting.
    """
    shapes: list[Shape] = []
    for number, block in enumerate(blocks):
        shape = _after_block(block, shape, f"{field}[{number}]")
        shapes.append(shape)
    return tuple(shapes)


def _after_block(block: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    sides = []
    for side in (shape.height, shape.width):
        before, after = padding(block)
        if side + before + after < block["kernel_size"]:
            raise _too_small(f"{where}.kernel_size", block["kernel_size"], side + before + after)
        sides.append((side + before + after - block["kernel_size"]) // block["stride"] + 1)
    if block["batch_norm"] and max(sides) == 1:
        raise ExperimentError("norm_of_one_pixel", field=f"{where}.batch_norm", value=1)
    if block["pooling"] != "none":
        for i, side in enumerate(sides):
            if side < block["pool_size"]:
                raise _too_small(f"{where}.pool_size", block["pool_size"], side)
            sides[i] = side // block["pool_size"]
    return Shape(block["filters"], sides[0], sides[1])


def padding(block: Mapping[str, Any]) -> tuple[int, int]:
    """Pixels added before and after each axis. "same": at stride 1 the output is as large as the input."""
    if block["padding"] != SAME:
        return int(block["padding"]), int(block["padding"])
    missing = block["kernel_size"] - 1
    return missing // 2, missing - missing // 2  # an even kernel needs one more after than before


def _too_small(field: str, value: int, side: int) -> ExperimentError:
    return ExperimentError("window_exceeds_map", field=field, value=value, limit=side)
