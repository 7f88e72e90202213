"""Draws static/shapes.png, the picture on Home: shapes of the test split, and what a network sees in them.

    python docs/home_picture.py

Nothing is painted: a ResNet-8 is trained on the shapes (a minute), and its Grad-CAM for the class that it predicts,
rightly, is laid over the first test image of each of four classes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnlab import worker  # noqa: E402
from cnnlab.evaluation.evaluate import dataset_of  # noqa: E402
from cnnlab.evaluation.held_out import image_at  # noqa: E402
from cnnlab.evaluation.predictions import read_predictions  # noqa: E402
from cnnlab.evaluation.trained import load_trained  # noqa: E402
from cnnlab.experiment import Experiment  # noqa: E402
from cnnlab.explain.explain import explain  # noqa: E402
from cnnlab.explain.render import overlay, picture_of  # noqa: E402
from cnnlab.home import Home  # noqa: E402
from cnnlab.runs.journal import Journal  # noqa: E402
from cnnlab.runs.process import ProcessIdentity  # noqa: E402

EXPERIMENT = {
    "data.dataset": "shapes",
    "data.options.size": 64,
    "model.architecture": "resnet8",
    "training.epochs": 15,
    "training.learning_rate": 0.01,
    "training.schedule.name": "one_cycle",
    "training.early_stopping.patience": 0,
}
SHOWN = ("star", "triangle", "cross", "circle")
SIDE, GAP, CORNER = 192, 8, 12
TARGET = ROOT / "static" / "shapes.png"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        journal = Journal.create(home, Experiment().changed(EXPERIMENT), worker=ProcessIdentity.own())
        worker.run(journal, 1, home)
        rows = list(zip(*(pair(journal, home, place) for place in first_right(journal)), strict=True))
    canvas = np.zeros((2 * SIDE + GAP, len(SHOWN) * (SIDE + GAP) - GAP, 4), np.uint8)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            top, left = y * (SIDE + GAP), x * (SIDE + GAP)
            canvas[top : top + SIDE, left : left + SIDE, :3] = cell
            canvas[top : top + SIDE, left : left + SIDE, 3] = rounded()
    Image.fromarray(canvas).save(TARGET, optimize=True)


def first_right(journal: Journal) -> list[int]:
    """The place in the test split of the first rightly classified image of each class in ``SHOWN``."""
    stored = read_predictions(journal.folder / "predictions" / "test.parquet")
    names = load_trained(journal.folder).card.outputs.class_names
    pairs = list(zip(stored["label"], stored["prediction"], strict=True))
    return [pairs.index((names.index(name), names.index(name))) for name in SHOWN]


def pair(journal: Journal, home: Home, place: int) -> tuple[np.ndarray, np.ndarray]:
    model = load_trained(journal.folder)
    inputs = image_at(dataset_of(journal, home), place)
    found = explain(model.network, model.task, inputs, target=None, method="grad_cam", layer=None, options={})
    picture = picture_of(inputs)
    return enlarged(picture), enlarged(overlay(picture, found.map))


def enlarged(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.NEAREST))


def rounded() -> np.ndarray:
    """The opacity of a cell with round corners."""
    place = np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1])
    away = np.hypot(*(np.maximum(CORNER - side - 0.5, 0.0) for side in np.meshgrid(place, place)))
    return np.rint(255 * np.clip(CORNER - away + 0.5, 0.0, 1.0)).astype(np.uint8)


if __name__ == "__main__":
    main()
