"""scikit-learn's digits: 1,797 handwritten digits of 8 x 8 pixels that come with the package, so they work offline."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from cnnlab.data.content import ArrayImages, Content, Official
from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.registry import Entry

LEVELS = 16  # the grey values are 0 to 16


def read(entry: Entry, options: dict[str, Any], home: Home, progress: Progress | None) -> Content:  # noqa: ARG001
    rows = np.loadtxt(_file(), delimiter=",", dtype=np.int64)
    pixels = np.rint(rows[:, :-1] * (255.0 / LEVELS)).astype(np.uint8).reshape(-1, 8, 8, 1)
    return Content(
        images=ArrayImages(pixels),
        labels=np.ascontiguousarray(rows[:, -1]),
        class_names=tuple(str(name) for name in entry.facts["classes"]),
        files=[f"digits/{i:04d}" for i in range(len(rows))],
        official=np.full(len(rows), Official.NONE, np.int8),
    )


def _file() -> Path:
    """The file behind ``sklearn.datasets.load_digits``, whose import would cost a first run some seconds."""
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("scikit-learn is not installed", name="sklearn")
    return Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
