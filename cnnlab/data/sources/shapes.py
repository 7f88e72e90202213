"""Coloured shapes on textured backgrounds, with the truth about where each shape lies.

On a calm ground a small network learns them in a minute. On a busy one ResNet-8 stays at chance with 5,000 images.
Colours, textures, places, sizes and angles are drawn without regard to the class: nothing but the outline tells it,
unless a variant plants a cue that does (see ``data.drawing.cues``).
Pixels are computed with additions, products and roots only, which are exact on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.content import ArrayImages, Content, Official
from cnnlab.data.drawing import cues
from cnnlab.data.drawing.outlines import DISTANCES, turned
from cnnlab.data.drawing.surfaces import colours, mixed, textures
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.home import Home
from cnnlab.registry import Entry

VERSION = 2  # raise it when the images change
CHUNK = 120  # images drawn from one stream; a multiple of the number of classes
LIMIT_BYTES = 4 * 1024**3
CALM_ANGLE = math.radians(20.0)
CUE_STREAM = 1  # the third number of the seed of what is planted
TEXTURE = "texture"  # the variant, and its column: the class whose texture the object has


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
    surfaces = np.empty(samples, np.int64)
    for start in range(0, samples, CHUNK):
        drawn = _draw(start // CHUNK, classes, options)
        part = slice(start, min(start + CHUNK, samples))
        kept = part.stop - start
        labels[part], surfaces[part] = drawn.labels[:kept], drawn.surfaces[:kept]
        pixels[part], masks[part] = drawn.pixels[:kept], drawn.truth[:kept]
        if progress:
            progress("progress.drawing", part.stop, samples)
    files = [f"shapes/{i:06d}" for i in range(samples)]
    official = np.full(samples, Official.NONE, np.int8)
    columns = {TEXTURE: [classes[kind] for kind in surfaces]} if options["variant"] == TEXTURE else {}
    return Content(ArrayImages(pixels), labels, classes, files, official, columns=columns, masks=masks)


@dataclass(frozen=True)
class _Drawn:
    labels: NDArray[np.int64]  # [N]
    surfaces: NDArray[np.int64]  # [N]: the class whose texture the object has, in the variant "texture"
    pixels: NDArray[np.uint8]  # [N, size, size, 3]
    truth: NDArray[np.uint8]  # [N, size, size]: 0, ``cues.OBJECT`` or ``cues.CUE``


def _draw(chunk: int, classes: tuple[str, ...], options: Mapping[str, Any]) -> _Drawn:
    generator = np.random.default_rng([int(options["seed"]), chunk])
    labels = generator.permutation(np.arange(CHUNK) % len(classes))
    size, calm = int(options["size"]), options["background"] == "calm"
    radius = generator.uniform(0.16, 0.36, CHUNK)
    middle = generator.uniform(radius + 0.02, 0.98 - radius, (2, CHUNK))
    # upright within 20 degrees on a calm ground: a square never poses as a diamond
    angle = generator.uniform(-CALM_ANGLE, CALM_ANGLE, CHUNK) if calm else generator.uniform(0.0, 2.0 * math.pi, CHUNK)
    tones = colours(generator, CHUNK, calm=calm)
    background = mixed(tones[:, 0], tones[:, 1], textures(generator, CHUNK, size))
    # a little grain on the shape too: its surface alone must not tell it from the background
    grain = generator.random((CHUNK, size, size), dtype=np.float32) * 0.25

    planned = cues.plan(np.random.default_rng([int(options["seed"]), chunk, CUE_STREAM]), CHUNK, len(classes))
    surfaces = labels
    if options["variant"] == TEXTURE:
        own = planned.draw < float(options["cue_share"])
        surfaces = np.where(own, labels, (labels + planned.other) % len(classes))
        grain = 0.4 * grain + 0.7 * cues.surface(surfaces, planned.phase, size)
    foreground = mixed(tones[:, 2], 1.0 - tones[:, 2], grain)

    across, down = turned(middle, angle, radius, size)
    coverage = np.empty((CHUNK, size, size), np.float32)
    for k, name in enumerate(classes):
        of_class = labels == k
        distance = DISTANCES[name](across[of_class], down[of_class])
        coverage[of_class] = 0.5 - distance * (radius[of_class].astype(np.float32) * size)[:, None, None]
    np.clip(coverage, 0.0, 1.0, out=coverage)
    image = background + (foreground - background) * coverage[..., None]
    truth = (coverage >= 0.5).astype(np.uint8)
    if options["variant"] in ("shortcut", "distractor"):
        share, elsewhere = float(options["cue_share"]), float(options["cue_elsewhere"])
        carry = cues.carried(planned, labels, classes.index(options["cue_class"]), share, elsewhere)
        if options["variant"] == "shortcut":
            cues.add_watermark(image, truth, carry)
        else:
            cues.add_distractor(image, truth, carry, planned, middle, radius)
    return _Drawn(labels, surfaces, np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8), truth)
