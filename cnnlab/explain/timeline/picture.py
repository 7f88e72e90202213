"""Maps by epoch as pictures."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlab.explain.render import Picture, coloured, overlay
from cnnlab.explain.timeline.kept import Moment, Probes, Timeline

CELL = 96  # least pixels of a map's side
MOST_EPOCHS = 12  # columns; of more epochs some are left out, at even steps
_GAP = 6


def maps_of(probes: Probes, moment: Moment) -> list[Picture]:
    """[H, W, 3] for each probe, each map over its own strongest place; signed ones on the diverging scale."""
    if not probes.signed:
        return [coloured(np.maximum(each, 0)) for each in moment.maps]
    return [coloured(_with_both_signs(each))[:-1] for each in moment.maps]


def pictures_of(probes: Probes) -> list[Picture]:
    """[H, W, 3] for each probe: the image itself."""
    shape = (*probes.pictures.shape[:3], 3)
    return list(np.ascontiguousarray(np.broadcast_to(probes.pictures, shape)))


def overlays_of(probes: Probes, moment: Moment) -> list[Picture]:
    """[H, W, 3] for each probe: its map over the greyed image."""
    pictures = pictures_of(probes)
    found = []
    for picture, values in zip(pictures, moment.maps, strict=True):
        height, width = picture.shape[:2]
        large = np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BILINEAR), np.float32)
        if probes.signed:
            taller = np.concatenate([picture, picture[:1]])
            found.append(overlay(taller, _with_both_signs(large))[:-1])
        else:
            found.append(overlay(picture, np.maximum(large, 0)))
    return found


def sheet_png(timelines: list[Timeline]) -> bytes:
    """For each run a row a probe: the image, then its map by epoch."""
    rows = [row for found in timelines for row in _rows(found)]
    columns = max(len(row) for row in rows)
    side = CELL + _GAP
    sheet = Image.new("RGB", (columns * side - _GAP, len(rows) * side - _GAP), "white")
    for top, row in enumerate(rows):
        for left, cell in enumerate(row):
            enlarged = Image.fromarray(cell).resize((CELL, CELL), Image.Resampling.NEAREST)
            sheet.paste(enlarged, (left * side, top * side))
    content = io.BytesIO()
    sheet.save(content, format="PNG")
    return content.getvalue()


def _with_both_signs(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """[H, W] -> [1 + H, W]: the last row has the diverging scale chosen, also for a map without negative values."""
    return np.concatenate([values, np.full_like(values[:1], -np.abs(values).max(initial=0.0))])


def _rows(found: Timeline) -> list[list[Picture]]:
    count = len(found.moments)
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_EPOCHS)).round().astype(int))
    by_epoch = [maps_of(found.probes, found.moments[place]) for place in chosen]
    return [[picture, *(maps[row] for maps in by_epoch)] for row, picture in enumerate(pictures_of(found.probes))]
