"""Where the object of an image is, and where a planted cue, where the dataset knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.load import Dataset
from cnnlab.evaluation.evaluate import samples_of

OBJECT, CUE = 1, 2  # the values of a prepared mask; 0 is everything else


def objects_at(dataset: Dataset, indices: Sequence[int], split: str = "test") -> NDArray[np.bool_] | None:
    """[N, H, W] of the images at ``indices`` of ``split``; ``None`` where the dataset has no masks."""
    return _places(dataset, indices, split, OBJECT)


def cues_at(dataset: Dataset, indices: Sequence[int]) -> NDArray[np.bool_] | None:
    """[N, H, W] of the test split: what was planted beside the object; an image without a cue has an empty mask."""
    return _places(dataset, indices, "test", CUE)


def _places(dataset: Dataset, indices: Sequence[int], split: str, value: int) -> NDArray[np.bool_] | None:
    masks = dataset.prepared.array("masks")
    if masks is None:
        return None
    positions = samples_of(dataset, split).positions.cpu().numpy()[list(indices)]
    found: NDArray[np.bool_] = masks[positions] == value
    return found
