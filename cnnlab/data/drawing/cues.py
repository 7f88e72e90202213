"""What can be planted into a drawn image so that a network may learn it in place of the shape.

Everything here is drawn from a generator of its own: the same image with and without its cue differs in the cue alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.drawing.outlines import Floats, diamond, turned

OBJECT, CUE = 1, 2  # values in a mask
MARK_SHARE = 1 / 6  # the watermark's side, as a share of the image's
MARK_OPACITY = 0.9  # a breath of what lies behind it stays visible
DISTRACTOR_RADIUS = 0.09  # share of the side
CANDIDATES = 16  # places that are drawn for a distractor: the first that is free is taken


@dataclass(frozen=True)
class Plan:
    """Which of N images carry their cue, and numbers for its looks; drawn for all, whether they carry it or not."""

    draw: NDArray[np.float64]  # [N] in [0, 1): the cue is there when it is below the share
    other: NDArray[np.int64]  # [N] 1 .. classes - 1: how many classes further a texture is taken from
    places: NDArray[np.float64]  # [N, CANDIDATES, 2] x, y in [0, 1]
    colours: Floats  # [N, 3] bright
    phase: NDArray[np.float64]  # [N] in [0, 1)


def plan(generator: np.random.Generator, number: int, classes: int) -> Plan:
    edge = DISTRACTOR_RADIUS + 0.02
    colours = generator.random((number, 3), dtype=np.float32)
    return Plan(
        draw=generator.random(number),
        other=generator.integers(1, classes, number),
        places=generator.uniform(edge, 1.0 - edge, (number, CANDIDATES, 2)),
        colours=colours / colours.max(axis=1, keepdims=True),
        phase=generator.random(number),
    )


def carried(
    drawn: Plan, labels: NDArray[np.int64], cue_class: int, share: float, elsewhere: float
) -> NDArray[np.bool_]:
    """[N]: whether each image carries the cue; ``share`` of those of ``cue_class``, ``elsewhere`` of the others."""
    return np.asarray(drawn.draw < np.where(labels == cue_class, share, elsewhere))


def add_watermark(image: Floats, truth: NDArray[np.uint8], carry: NDArray[np.bool_]) -> None:
    """A small stamp of black and white quarters in the lower right corner of ``image`` [N, H, W, 3] and ``truth``.

    Its edges are the strongest of the image: who only looks for edges ends up there.
    """
    size = image.shape[1]
    side = max(4, 2 * round(size * MARK_SHARE / 2))
    margin = max(1, size // 48)
    half = np.arange(side) < side // 2
    grey = (half[:, None] ^ half[None, :]).astype(np.float32)[None, :, :, None]
    corner = slice(size - margin - side, size - margin)
    part = image[carry, corner, corner]
    image[carry, corner, corner] = part + (grey - part) * np.float32(MARK_OPACITY)
    truth[carry, corner, corner] = CUE


def add_distractor(
    image: Floats,
    truth: NDArray[np.uint8],
    carry: NDArray[np.bool_],
    drawn: Plan,
    middle: NDArray[np.float64],
    radius: NDArray[np.float64],
) -> None:
    """A small bright diamond beside the object, whose ``middle`` [2, N] and ``radius`` [N] are shares of the side."""
    size = image.shape[1]
    away = np.sqrt(np.square(drawn.places - middle.T[:, None, :]).sum(2)) - radius[:, None] - DISTRACTOR_RADIUS
    chosen = np.where((away > 0.0).any(1), (away > 0.0).argmax(1), away.argmax(1))
    place = drawn.places[np.arange(len(chosen)), chosen]
    each = np.full(len(chosen), DISTRACTOR_RADIUS)
    x, y = turned(place.T, np.zeros(len(chosen)), each, size)
    coverage = np.clip(0.5 - diamond(x, y) * np.float32(DISTRACTOR_RADIUS * size), 0.0, 1.0)
    coverage[~carry] = 0.0
    image += (drawn.colours[:, None, None] - image) * coverage[..., None]
    truth[coverage >= 0.5] = CUE


def surface(kinds: NDArray[np.int64], phase: NDArray[np.float64], size: int) -> Floats:
    """[N, size, size] 0 or 1: the texture of each of ``kinds``, one of six, at ``phase`` of its period."""
    period = max(4.0, size / 8.0)
    place = np.arange(size, dtype=np.float64)
    x, y = place[None, None, :] / period, place[None, :, None] / period
    shift = phase[:, None, None]
    across, upright = np.broadcast_arrays(*((axis + shift + 0.0 * (x + y)) % 1.0 < 0.5 for axis in (y, x)))
    rising, falling = ((x + sign * y) * math.sqrt(0.5) + shift for sign in (1.0, -1.0))
    dots = np.square((x + shift) % 1.0 - 0.5) + np.square((y + shift) % 1.0 - 0.5) < 0.11
    all_kinds = np.stack([across, upright, rising % 1.0 < 0.5, falling % 1.0 < 0.5, across ^ upright, dots])
    chosen: Floats = all_kinds[kinds % len(all_kinds), np.arange(len(kinds))].astype(np.float32)
    return chosen
