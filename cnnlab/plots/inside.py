"""Filters, feature maps and receptive fields as pictures: many small squares on one sheet, frames over an image.

Pixels are enlarged by whole factors and stay squares. Importing this imports no torch.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from cnnlab.inside.field import EffectiveField
    from cnnlab.inside.filters import Filters
    from cnnlab.inside.maps import FeatureMaps

Picture = NDArray[np.uint8]
Values = NDArray[np.float32]
Box = tuple[float, float, float, float]
"""(top, left, bottom, right) in pixels of the input, ends included."""

Frame = tuple[tuple[int, int, int], Box, bool]
"""Colour, box, dashed."""

COLUMNS = 8
FIELD_SIDE = 448  # least pixels of a picture with frames
THEORETICAL, MEASURED = (255, 255, 255), (222, 117, 21)  # white, solid; orange, dashed
_SIDE = 56  # least pixels of a square on a sheet
_GAP = 4


def filter_sheet(filters: Filters, columns: int = COLUMNS) -> Picture:
    """[H, W, 4]. Colours: each filter over its own largest weight, grey is 0. Else one scale for all around 0."""
    return sheet(coloured_filters(filters.values), columns)


def map_sheet(maps: FeatureMaps, columns: int = COLUMNS) -> Picture:
    """[H, W, 4]: one scale for all maps of the layer, so that strong ones look strong."""
    return sheet(coloured_maps(maps.values), columns)


def field_picture(field: EffectiveField, side: int = FIELD_SIDE) -> Picture:
    """[H, W, 3]: the gradient, framed by the theoretical field (white) and by the measured one (orange, dashed)."""
    from cnnlab.explain.render import coloured

    frames: list[Frame] = []
    if field.box is not None:
        frames.append((THEORETICAL, field.box, False))
    if (box := measured_box(field)) is not None:
        frames.append((MEASURED, box, True))
    return framed(coloured(field.map), frames, side)


def measured_box(field: EffectiveField) -> Box | None:
    if field.size is None:
        return None
    row, column, reach = *field.centre, (field.size - 1) / 2
    return row - reach, column - reach, row + reach, column + reach


def sheet(squares: Picture, columns: int = COLUMNS) -> Picture:
    """[N, h, w, 3] side by side, ``columns`` in a row, each enlarged by a whole factor -> [H, W, 4] with clear gaps."""
    count, height, width = squares.shape[:3]
    factor = max(1, round(_SIDE / max(height, width)))
    height, width = height * factor, width * factor
    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    shape = (rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 4)
    drawn: Picture = np.zeros(shape, dtype=np.uint8)
    for place, square in enumerate(squares):
        top, left = (place // columns) * (height + _GAP), (place % columns) * (width + _GAP)
        large = square.repeat(factor, axis=0).repeat(factor, axis=1)
        drawn[top : top + height, left : left + width, :3] = large
        drawn[top : top + height, left : left + width, 3] = 255
    return drawn


def coloured_maps(values: Values) -> Picture:
    """[N, h, w] -> [N, h, w, 3]: one scale for all of them."""
    from cnnlab.explain.render import coloured

    count, height, width = values.shape
    finite = np.nan_to_num(np.ascontiguousarray(values.reshape(count * height, width)))
    return coloured(finite).reshape(count, height, width, 3)


def coloured_filters(values: Values) -> Picture:
    """[N, h, w] signed, around 0, one scale for all; or [N, h, w, 3] red, green and blue, each filter its own."""
    if values.ndim == 3:
        lowest = np.full_like(values[:1], -np.abs(values).max(initial=0.0))  # a diverging scale, also without minus
        return coloured_maps(np.concatenate([values, lowest]))[:-1]
    strongest = np.abs(values).max(axis=(1, 2, 3), keepdims=True)
    shares = values / np.where(strongest > 0, strongest, 1.0) / 2 + 0.5
    return np.rint(255 * np.nan_to_num(shares)).astype(np.uint8)


def framed(picture: Picture, frames: Sequence[Frame], side: int) -> Picture:
    """``picture`` [H, W, 3] enlarged to at least ``side`` pixels, with frames.

    What lies outside is cut off.
    """
    factor = max(1, -(-side // min(picture.shape[:2])))
    large = picture.repeat(factor, axis=0).repeat(factor, axis=1).copy()
    for colour, box, dashed in frames:
        _draw(large, box, factor, colour, dashed=dashed)
    return large


def _draw(large: Picture, box: Box, factor: int, colour: tuple[int, int, int], *, dashed: bool) -> None:
    height, width = large.shape[:2]
    thick = max(2, min(height, width) // 110)
    top, left = (round(edge * factor) for edge in box[:2])
    bottom, right = (round((edge + 1) * factor) for edge in box[2:])
    top, left, bottom, right = max(0, top), max(0, left), min(height, bottom), min(width, right)
    line = np.zeros((height, width), dtype=bool)
    line[top:bottom, left:right] = True
    line[top + thick : max(top + thick, bottom - thick), left + thick : max(left + thick, right - thick)] = False
    if dashed:
        along = np.add.outer(np.arange(height), np.arange(width)) // (4 * thick)
        line &= along % 2 == 0
    large[line] = colour


def png(picture: Picture) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG")
    return content.getvalue()


def npy(values: Values) -> bytes:
    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()
