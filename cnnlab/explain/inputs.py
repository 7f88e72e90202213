"""Inputs that a gradient can be taken with respect to."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.models.network import unit


def differentiable(inputs: Tensor) -> Tensor:
    """[N, C, H, W] uint8, or float in [0, 1] -> a float32 leaf of its own that requires gradients."""
    pixels = unit(inputs) if inputs.dtype == torch.uint8 else inputs.detach().float().clone()
    return pixels.requires_grad_(True)
