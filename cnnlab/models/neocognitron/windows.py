"""Fixed connections that fall with the distance from the centre."""

from __future__ import annotations

import torch
from torch import Tensor


def gaussian(size: int, sigma: float) -> Tensor:
    """[size, size] float32 of sum 1."""
    positions = torch.arange(size, dtype=torch.float32) - (size - 1) / 2
    line = torch.exp(-positions.square() / (2 * sigma**2))
    window = line[:, None] * line[None, :]
    return window / window.sum()
