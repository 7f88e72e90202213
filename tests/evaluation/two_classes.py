"""A dataset of two classes, dark and light, that can't be told apart for sure, and a run on it with a single output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnlab.data.importing import import_images
from cnnlab.evaluation.evaluate import split_predictions
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import untrained

NAMES = ("dark", "light")
SIGMOID = {"task.options": {"output": "sigmoid"}}


def pictures(folder: Path, count: int = 60, *, size: int = 16) -> Path:
    """``count`` images of each class, in folders of their names."""
    rng = np.random.default_rng(0)
    for number, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for place in range(count):
            level = 90 + 60 * number + 40 * rng.standard_normal()
            pixels = np.clip(level + 30 * rng.standard_normal((size, size)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place:03d}.png")
    return folder


def dark_and_light(home: Home, folder: Path) -> Path:
    """Imports them as "tones"; gives the folder of the files."""
    source = pictures(folder)
    import_images(source, "tones", home)
    return source


def two_class_run(home: Home, folder: Path, **changes: Any) -> Journal:
    """Of untrained weights; validation and test are measured."""
    dark_and_light(home, folder)
    journal = untrained(home, **{"data.dataset": "tones", "data.image_size": 28, **SIGMOID, **changes})
    for split in ("validation", "test"):
        split_predictions(journal, home, split)
    return journal
