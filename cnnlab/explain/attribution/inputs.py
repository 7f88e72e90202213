"""Inputs that a gradient can be taken with respect to, and what they are compared with."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.models.network import Network, unit


def as_floats(inputs: Tensor) -> Tensor:
    """[N, C, H, W] uint8, or float in [0, 1] -> float32 in [0, 1], of its own."""
    return unit(inputs) if inputs.dtype == torch.uint8 else inputs.detach().float().clone()


def differentiable(inputs: Tensor) -> Tensor:
    """[N, C, H, W] uint8, or float in [0, 1] -> a float32 leaf of its own that requires gradients."""
    return as_floats(inputs).requires_grad_(True)


def without_content(kind: str, pixels: Tensor, network: Network) -> Tensor:
    """[N, C, H, W] float: images of one colour. "black", "white", or "mean": that of the training images."""
    if kind == "mean":
        return network.mean.to(pixels).expand_as(pixels)
    return torch.full_like(pixels, {"black": 0.0, "white": 1.0}[kind])
