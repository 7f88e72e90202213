"""The maps of a cascade as pictures: from what the network learned, on the left, to a network that knows nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image
from torch import Tensor

from cnnlab.explain.render import Picture, coloured, picture_of
from cnnlab.explain.sanity.check import Cascade

CELL = 112  # least pixels of a map's side
_GAP = 6


def strip(cascade: Cascade, image: int) -> list[Picture]:
    """The maps of the image at place ``image``, [H, W, 3]: the network's own first. Each map over its own strongest.

    Signed maps keep the diverging scale also where a depth happens to have no negative value.
    """
    maps = cascade.maps[:, image]
    if not (cascade.maps < 0).any():
        return [coloured(each) for each in maps]
    below = [np.concatenate([each, np.full_like(each[:1], -np.abs(each).max(initial=0.0))]) for each in maps]
    return [coloured(each)[:-1] for each in below]


def sheet_png(inputs: Tensor, cascades: Sequence[Cascade], image: int = 0) -> bytes:
    """A row a method: the image, its map, and the map at each depth."""
    rows = [[picture_of(inputs[image : image + 1]), *strip(each, image)] for each in cascades]
    factor = max(1, -(-CELL // min(rows[0][0].shape[:2])))
    height, width = (side * factor for side in rows[0][0].shape[:2])
    columns = max(len(row) for row in rows)
    sheet = Image.new("RGB", (columns * (width + _GAP) - _GAP, len(rows) * (height + _GAP) - _GAP), "white")
    for top, row in enumerate(rows):
        for left, cell in enumerate(row):
            enlarged = Image.fromarray(cell).resize((width, height), Image.Resampling.NEAREST)
            sheet.paste(enlarged, (left * (width + _GAP), top * (height + _GAP)))
    content = io.BytesIO()
    sheet.save(content, format="PNG")
    return content.getvalue()
