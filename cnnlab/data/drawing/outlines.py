"""Outlines of the shapes: signed distances to them, inside negative; near enough for an even edge.

Each takes places x, y seen from a shape of radius 1 that stands upright, and uses additions, products and roots only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Distance = Callable[[Floats, Floats], Floats]


def _circle(x: Floats, y: Floats) -> Floats:
    return np.sqrt(x * x + y * y) - 0.85


def _ring(x: Floats, y: Floats) -> Floats:
    return np.abs(np.sqrt(x * x + y * y) - 0.72) - 0.2


def _square(x: Floats, y: Floats) -> Floats:
    return np.maximum(np.abs(x), np.abs(y)) - 0.7


def _cross(x: Floats, y: Floats) -> Floats:
    x, y = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(x - 0.95, y - 0.27), np.maximum(x - 0.27, y - 0.95))


def _triangle(x: Floats, y: Floats) -> Floats:
    slope = np.float32(math.sqrt(0.75))
    return np.maximum(np.maximum(x * slope + y * 0.5, y * 0.5 - x * slope), -y) - 0.5


def _star(x: Floats, y: Floats) -> Floats:
    """Five points: the plane is folded onto half a point, which has one straight edge."""
    cosine, sine = np.float32(math.cos(math.radians(36.0))), np.float32(math.sin(math.radians(36.0)))
    x = np.abs(x)
    for mirror_x, mirror_y in ((cosine, -sine), (-cosine, -sine)):
        over = np.maximum(x * mirror_x + y * mirror_y, 0.0) * 2.0
        x, y = x - over * mirror_x, y - over * mirror_y
    x, y = np.abs(x), y - 1.0  # seen from the tip
    edge_x, edge_y = 0.45 * sine, 0.45 * cosine - 1.0  # from the tip to the notch beside it
    return (y * edge_x - x * edge_y) / math.hypot(edge_x, edge_y)


DISTANCES: dict[str, Distance] = {
    "circle": _circle,
    "cross": _cross,
    "ring": _ring,
    "square": _square,
    "star": _star,
    "triangle": _triangle,
}


def diamond(x: Floats, y: Floats) -> Floats:
    """No class of its own: the distractor."""
    distance: Floats = (np.abs(x) + np.abs(y) - 0.9) * np.float32(math.sqrt(0.5))
    return distance


def turned(
    middle: NDArray[np.float64], angle: NDArray[np.float64], radius: NDArray[np.float64], size: int
) -> tuple[Floats, Floats]:
    """Each pixel's place [N, size, size] seen from its shape: the shape has radius 1 and stands upright."""
    place = (np.arange(size, dtype=np.float32) + 0.5) / size
    x = place[None, None, :] - middle[0].astype(np.float32)[:, None, None]
    y = place[None, :, None] - middle[1].astype(np.float32)[:, None, None]
    cosine = (np.cos(angle) / radius).astype(np.float32)[:, None, None]
    sine = (np.sin(angle) / radius).astype(np.float32)[:, None, None]
    return x * cosine + y * sine, y * cosine - x * sine
