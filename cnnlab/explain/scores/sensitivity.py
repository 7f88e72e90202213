"""Maximum sensitivity (Yeh et al. 2019): how much a map can change when the image changes by what no eye sees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.explain.grading.graded import Graded, Maps

RADIUS = 0.02  # of the range of a pixel; Captum's default
DRAWS = 8

Again = Callable[[Tensor], Maps]
"""Pixels [N, C, H, W] in [0, 1] -> the same method's maps of them."""


def grade(graded: Graded, map: NDArray[np.float32], again: Again) -> float:
    """The largest ||change of the map|| / ||map|| of ``DRAWS`` images near this one; NaN for a map of zeros."""
    generator = torch.Generator().manual_seed(graded.seed)
    noise = torch.rand((DRAWS, *graded.image.shape), generator=generator).to(graded.image)
    near = (graded.image + (2 * noise - 1) * RADIUS).clamp(0.0, 1.0)
    size = float(np.linalg.norm(map))
    if size == 0:
        return float("nan")
    changes = again(near).astype(np.float64) - map
    return float(np.linalg.norm(changes.reshape(DRAWS, -1), axis=1).max() / size)
