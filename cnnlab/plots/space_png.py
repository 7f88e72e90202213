"""The points of a feature space as a PNG, for papers and for places without a browser."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnnlab.plots.palette import Palette
from cnnlab.plots.space import Series

SIDE, MARGIN, ROW = 900, 30, 26  # pixels
_TWICE = 2  # drawn larger and made small, so that discs have smooth edges
_RADIUS = 4


def png(points: NDArray[np.float32], series: Sequence[Series], colours: Palette) -> bytes:
    """``points`` [n, 2 or 3]: the first two dimensions are drawn, with equal steps on both axes."""
    rows = sum(1 for one in series if one.values is None)
    height = SIDE + rows * ROW
    picture = Image.new("RGB", (SIDE * _TWICE, height * _TWICE), colours.ground)
    pen = ImageDraw.Draw(picture)
    at = _placed(points[:, :2])
    for one in series:
        for place, row in enumerate(one.rows.tolist()):
            x, y = at[row]
            colour = one.colour if one.values is None else _shade(float(one.values[place]), colours)
            _mark(pen, x, y, one.symbol, colour)
    font = ImageFont.load_default(size=15 * _TWICE)
    for place, one in enumerate(each for each in series if each.values is None):
        y = (SIDE + place * ROW + ROW // 2) * _TWICE
        _mark(pen, MARGIN * _TWICE, y, one.symbol, one.colour)
        words = f"{one.name[:60]} ({len(one.rows)})"
        pen.text(((MARGIN + 16) * _TWICE, y), words, fill=colours.text, font=font, anchor="lm")
    buffer = io.BytesIO()
    picture.resize((SIDE, height), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def _placed(points: NDArray[np.float32]) -> NDArray[np.float64]:
    low, high = points.min(0).astype(np.float64), points.max(0).astype(np.float64)
    step = (SIDE - 2 * MARGIN) / max(float((high - low).max()), 1e-12)
    centred = (points - (low + high) / 2) * step * [1.0, -1.0]
    return (centred + SIDE / 2) * _TWICE


def _mark(pen: ImageDraw.ImageDraw, x: float, y: float, symbol: str, colour: str) -> None:
    r = _RADIUS * _TWICE
    if symbol == "square":
        pen.rectangle((x - r, y - r, x + r, y + r), fill=colour)
    elif symbol == "diamond":
        pen.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=colour)
    elif symbol.startswith("triangle"):
        up = -1 if symbol.endswith("up") else 1
        pen.polygon([(x, y + up * r), (x + r, y - up * r), (x - r, y - up * r)], fill=colour)
    elif symbol in ("x", "cross"):
        arms = ((-r, -r, r, r), (-r, r, r, -r)) if symbol == "x" else ((-r, 0, r, 0), (0, -r, 0, r))
        for left, top, right, bottom in arms:
            pen.line((x + left, y + top, x + right, y + bottom), fill=colour, width=2 * _TWICE)
    elif symbol.endswith("open"):
        pen.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=_TWICE)
    else:
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def _shade(share: float, colours: Palette) -> str:
    last = len(colours.sequential) - 1
    return colours.sequential[max(0, min(last, round(share * last)))]
