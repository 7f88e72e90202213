"""Maps that know nothing of the network: what an explanation has to beat before it is worth a look.

A random map knows neither network nor image. An edge map knows the image alone, and looks like an explanation
(Adebayo et al. 2018).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Sobel & Feldman 1968: a difference across, a small mean along
_ACROSS = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


def random_map(shape: tuple[int, int], seed: int) -> NDArray[np.float32]:
    """[H, W] of independent uniform noise in [0, 1): the same for the same ``seed``."""
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def edge_map(inputs: Tensor) -> NDArray[np.float32]:
    """[H, W]: how strongly brightness changes at each pixel of ``inputs`` [1, C, H, W] (Sobel), from 0 on."""
    grey = inputs.detach().cpu().float().mean(dim=1, keepdim=True)
    # the border repeats its last pixel: an edge of the picture is none of its content
    around = torch.nn.functional.pad(grey, (1, 1, 1, 1), mode="replicate")
    kernels = torch.stack([_ACROSS, _ACROSS.T]).unsqueeze(1)
    change: NDArray[np.float32] = torch.nn.functional.conv2d(around, kernels)[0].square().sum(dim=0).sqrt().numpy()
    return change
