"""The points of a feature space as a PNG, for papers and for places without a browser."""

from __future__ import annotations

import io
import math
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
    """``symbol``: Plotly's name; one that is not known here is a disc."""
    r, kind, hollow = _RADIUS * _TWICE, symbol.removesuffix("-open"), symbol.endswith("-open")
    if kind in ("x", "cross"):
        arms = ((-r, -r, r, r), (-r, r, r, -r)) if kind == "x" else ((-r, 0, r, 0), (0, -r, 0, r))
        for left, top, right, bottom in arms:
            pen.line((x + left, y + top, x + right, y + bottom), fill=colour, width=2 * _TWICE)
        return
    outline = {"outline": colour, "width": _TWICE} if hollow else {"fill": colour}
    corners = _corners(kind)
    if corners is None:
        pen.ellipse((x - r, y - r, x + r, y + r), **outline)
    else:
        pen.polygon([(x + r * right, y - r * up) for right, up in corners], **outline)


def _corners(kind: str) -> list[tuple[float, float]] | None:
    """(right, up) of each corner, for a radius of 1; ``None`` for what is round."""
    if kind in _POLYGONS:
        count, turn = _POLYGONS[kind]
        angles = [2 * math.pi * k / count + turn for k in range(count)]
        return [(1.2 * math.sin(a), 1.2 * math.cos(a)) for a in angles]
    if kind == "star":
        radii = [(1.4 if k % 2 == 0 else 0.6, math.pi * k / 5) for k in range(10)]
        return [(radius * math.sin(angle), radius * math.cos(angle)) for radius, angle in radii]
    return None


_POLYGONS = {
    "square": (4, math.pi / 4),
    "diamond": (4, 0.0),
    "triangle-up": (3, 0.0),
    "triangle-down": (3, math.pi),
    "pentagon": (5, 0.0),
    "hexagon": (6, 0.0),
}


def _shade(share: float, colours: Palette) -> str:
    last = len(colours.sequential) - 1
    return colours.sequential[max(0, min(last, round(share * last)))]
