"""scikit-learn's digits: 1,797 handwritten digits of 8 x 8 pixels that come with the package, so they work offline."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlab.data.content import ArrayImages, Content, Official
from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.registry import Entry

LEVELS = 16  # the grey values are 0 to 16


def read(entry: Entry, options: dict[str, Any], home: Home, progress: Progress | None) -> Content:  # noqa: ARG001
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]  # takes two seconds

    stored = load_digits()
    pixels = np.rint(stored.images * (255.0 / LEVELS)).astype(np.uint8)[..., None]
    labels = stored.target.astype(np.int64)
    return Content(
        images=ArrayImages(pixels),
        labels=labels,
        class_names=tuple(str(name) for name in entry.facts["classes"]),
        files=[f"digits/{i:04d}" for i in range(len(labels))],
        official=np.full(len(labels), Official.NONE, np.int8),
    )
