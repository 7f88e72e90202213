"""Examples of what the laboratory plants, with their truth. Imports no torch: the page shows them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.content import ArrayImages
from cnnlab.data.sources import shapes
from cnnlab.explain.laboratory.setup import DATASET, TEXTURE
from cnnlab.home import Home
from cnnlab.registry import registry

GREYS = (0, 110, 255)  # of the ground, the object and the cue in a picture of the truth


@dataclass(frozen=True)
class Example:
    name: str  # of its class
    pixels: NDArray[np.uint8]  # [H, W, 3]
    truth: NDArray[np.uint8]  # [H, W]


def examples(variant: str) -> list[Example]:
    """One of each class, as the cheating network may meet it: the first class with its cue, the others without."""
    entry = registry("dataset")[DATASET]
    options = {**entry.defaults(), "samples": shapes.CHUNK, "variant": variant, "cue_share": 1.0}
    content = shapes.read(entry, options, Home.current(), None)
    assert isinstance(content.images, ArrayImages)  # noqa: S101  # drawn, not read from files
    assert content.masks is not None  # noqa: S101
    # the largest objects, and in the texture they show most of their pattern
    areas = (content.masks == 1).sum((1, 2))
    found = []
    for label, name in enumerate(content.class_names):
        of_class = np.flatnonzero(content.labels == label)
        place = int(of_class[areas[of_class].argsort()[-(4 if variant == TEXTURE else 8)]])
        truth = np.array(GREYS, np.uint8)[content.masks[place]]
        found.append(Example(name, content.images.pixels[place], truth))
    return found
