"""Coloured shapes on textured backgrounds, with the truth about where each shape lies.

On a calm ground a small network learns them in a minute. On a busy one ResNet-8 stays at chance with 5,000 images.
Colours, textures, places, sizes and angles are drawn without regard to the class: nothing but the outline tells it.
Pixels are computed with additions, products and roots only, which are exact on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.content import ArrayImages, Content, Official
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.home import Home
from cnnlab.registry import Entry

VERSION = 2  # raise it when the images change
CHUNK = 120  # images drawn from one stream; a multiple of the number of classes
LIMIT_BYTES = 4 * 1024**3
CALM_DARKEST, CALM_LEVEL, CALM_CONTRAST, CALM_TINT = 0.06, 0.3, 0.12, 0.08  # of a calm background, in RGB
CALM_ANGLE = math.radians(20.0)
COLOUR_DISTANCE = 0.45  # least distance in RGB between a shape and both colours behind it

Floats = NDArray[np.floating[Any]]
Distance = Callable[[Floats, Floats], Floats]


def read(entry: Entry, options: dict[str, Any], home: Home, progress: Progress | None) -> Content:  # noqa: ARG001
    """Raises ``DataError`` ("shapes_too_many") when the images would take more than 4 GB."""
    samples, size = int(options["samples"]), int(options["size"])
    if samples * size * size * 4 > LIMIT_BYTES:
        limit = LIMIT_BYTES // (size * size * 4)
        raise DataError("shapes_too_many", field="data.options.samples", value=samples, size=size, limit=limit)
    classes = tuple(str(name) for name in entry.facts["classes"])
    pixels = np.empty((samples, size, size, 3), np.uint8)
    masks = np.empty((samples, size, size), np.uint8)
    labels = np.empty(samples, np.int64)
    for start in range(0, samples, CHUNK):
        generator = np.random.default_rng([int(options["seed"]), start // CHUNK])
        part = slice(start, min(start + CHUNK, samples))
        kept = part.stop - start
        drawn_labels = generator.permutation(np.arange(CHUNK) % len(classes))
        drawn, truth = _draw(drawn_labels, classes, size, generator, calm=options["background"] == "calm")
        labels[part], pixels[part], masks[part] = drawn_labels[:kept], drawn[:kept], truth[:kept]
        if progress:
            progress("progress.drawing", part.stop, samples)
    files = [f"shapes/{i:06d}" for i in range(samples)]
    official = np.full(samples, Official.NONE, np.int8)
    return Content(ArrayImages(pixels), labels, classes, files, official, masks=masks)


def _draw(
    labels: NDArray[np.int64], classes: tuple[str, ...], size: int, generator: np.random.Generator, *, calm: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """[N, size, size, 3] pixels and [N, size, size] masks."""
    number = len(labels)
    radius = generator.uniform(0.16, 0.36, number)
    middle = generator.uniform(radius + 0.02, 0.98 - radius, (2, number))
    # upright within 20 degrees on a calm ground: a square never poses as a diamond
    angle = (
        generator.uniform(-CALM_ANGLE, CALM_ANGLE, number) if calm else generator.uniform(0.0, 2.0 * math.pi, number)
    )
    colours = _colours(generator, number, calm=calm)
    background = _mixed(colours[:, 0], colours[:, 1], _textures(generator, number, size))
    # a little grain on the shape too: its surface alone must not tell it from the background
    grain = generator.random((number, size, size), dtype=np.float32) * 0.25
    foreground = _mixed(colours[:, 2], 1.0 - colours[:, 2], grain)

    across, down = _turned(middle, angle, radius, size)
    coverage = np.empty((number, size, size), np.float32)
    for k, name in enumerate(classes):
        of_class = labels == k
        distance = DISTANCES[name](across[of_class], down[of_class])
        coverage[of_class] = 0.5 - distance * (radius[of_class].astype(np.float32) * size)[:, None, None]
    np.clip(coverage, 0.0, 1.0, out=coverage)
    image = background + (foreground - background) * coverage[..., None]
    return np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8), (coverage >= 0.5).astype(np.uint8)


def _turned(
    middle: NDArray[np.float64], angle: NDArray[np.float64], radius: NDArray[np.float64], size: int
) -> tuple[Floats, Floats]:
    """Each pixel's place [N, size, size] seen from its shape: the shape has radius 1 and stands upright."""
    place = (np.arange(size, dtype=np.float32) + 0.5) / size
    x = place[None, None, :] - middle[0].astype(np.float32)[:, None, None]
    y = place[None, :, None] - middle[1].astype(np.float32)[:, None, None]
    cosine = (np.cos(angle) / radius).astype(np.float32)[:, None, None]
    sine = (np.sin(angle) / radius).astype(np.float32)[:, None, None]
    return x * cosine + y * sine, y * cosine - x * sine


def _colours(generator: np.random.Generator, number: int, *, calm: bool) -> Floats:
    """[N, 3, 3]: two colours of the background and one of the shape that stands out from both."""
    behind = generator.random((number, 2, 1, 3), dtype=np.float32)
    if calm:  # two greys near each other, with a breath of colour
        level = CALM_DARKEST + CALM_LEVEL * behind[:, :1, :, :1]
        step = np.array([0.0, CALM_CONTRAST], np.float32)[None, :, None, None]
        behind = level + step + CALM_TINT * (behind - 0.5)
    candidates = generator.random((number, 1, 16, 3), dtype=np.float32)
    if calm:  # bright ones only: an outline is a step in the same direction everywhere
        candidates /= candidates.max(axis=3, keepdims=True)
    nearest = np.sqrt(np.square(candidates - behind).sum(3)).min(1)
    # the first that is far enough, else the farthest
    best = np.where((nearest >= COLOUR_DISTANCE).any(1), (nearest >= COLOUR_DISTANCE).argmax(1), nearest.argmax(1))
    chosen = candidates[np.arange(number), 0, best]
    return np.concatenate([behind[:, :, 0], chosen[:, None]], axis=1)


def _mixed(first: Floats, second: Floats, share: Floats) -> Floats:
    """[N, H, W, 3]: from ``first`` [N, 3] where ``share`` [N, H, W] is 0 to ``second`` where it is 1."""
    mixed: Floats = first[:, None, None] + (second - first)[:, None, None] * share[..., None]
    return mixed


def _textures(generator: np.random.Generator, number: int, size: int) -> Floats:
    """[N, size, size] in [0, 1]: clouds, stripes, checks or grain, with a little grain over all of them."""
    place = np.arange(size, dtype=np.float32) / size
    turn = generator.uniform(0.0, 2.0 * math.pi, number)
    waves = generator.uniform(3.0, 9.0, number)
    along = (np.cos(turn) * waves).astype(np.float32)[:, None, None] * place[None, None, :]
    across = (np.sin(turn) * waves).astype(np.float32)[:, None, None] * place[None, :, None]
    stripes = _triangle_wave(along + across)
    checks = ((np.floor(along * 2.0 + across * 2.0) + np.floor(across * 2.0 - along * 2.0)) % 2.0).astype(np.float32)
    grain = generator.random((number, size, size), dtype=np.float32)
    kinds = np.stack([_clouds(generator, number, place), stripes, checks, grain])
    chosen = kinds[generator.integers(0, len(kinds), number), np.arange(number)]
    return 0.85 * chosen + 0.15 * grain


def _triangle_wave(phase: Floats) -> Floats:
    wave: Floats = np.abs((phase % 1.0) * 2.0 - 1.0)
    return wave


def _clouds(generator: np.random.Generator, number: int, place: Floats, cells: int = 6) -> Floats:
    """Random values on a coarse grid, and between them in a straight line."""
    grid = generator.random((number, cells + 1, cells + 1), dtype=np.float32)
    low = np.floor(place * cells).astype(np.int64)
    share = place * cells - low
    rows = grid[:, low] + (grid[:, low + 1] - grid[:, low]) * share[None, :, None]
    clouds: Floats = rows[:, :, low] + (rows[:, :, low + 1] - rows[:, :, low]) * share[None, None, :]
    return clouds


# Signed distances to the outline of a shape of radius 1 (inside negative); near enough for an even edge.


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
