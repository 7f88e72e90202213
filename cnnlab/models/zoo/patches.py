"""Patches and positions of transformers for other images than the published ones."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def take_smaller_patch(network: nn.Module, name: str, side: int) -> None:
    """The patch embedding ``name`` for patches of ``side`` pixels, which divides the published side.

    Its weights are summed over squares: a small image gives the tokens that the published patch gives for the image
    enlarged, each pixel repeated (a test holds it). The start of an untrained network keeps its spread.
    """
    old = network.get_submodule(name)
    assert isinstance(old, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    factor = old.kernel_size[0] // side
    if factor == 1:
        return
    new = nn.Conv2d(old.in_channels, old.out_channels, side, stride=side)
    with torch.no_grad():
        new.weight.copy_(F.avg_pool2d(old.weight, factor) * factor**2)
    new.bias = old.bias
    parent, _, child = name.rpartition(".")
    network.get_submodule(parent).register_module(child, new)


def resized_grid(values: Tensor, size: tuple[int, int]) -> Tensor:
    """[1, h * w, C] of places row by row -> [1, H * W, C] for a grid of ``size``, bicubic.

    As ViT is fine-tuned at another resolution (Dosovitskiy et al. 2021, section 3.2).
    """
    side = math.isqrt(values.shape[1])
    if (side, side) == size:
        return values
    maps = values.transpose(1, 2).unflatten(2, (side, side))
    return F.interpolate(maps, size=size, mode="bicubic", align_corners=False).flatten(2).transpose(1, 2).contiguous()


def resized_bias(table: Tensor, window: int) -> Tensor:
    """[(2v - 1)^2, heads] of the relative positions in a window of v x v -> the same for ``window``, bicubic."""
    side = 2 * window - 1
    return resized_grid(table.unsqueeze(0), (side, side)).squeeze(0)


def multiple(side: int, of: int) -> int:
    """The first multiple of ``of`` from ``side`` on."""
    return -(-side // of) * of


def enlargement(size: tuple[int, int], target: tuple[int, int]) -> nn.Module:
    """A layer that enlarges images of ``size`` to ``target``, or does nothing where they have it."""
    return nn.Identity() if size == target else nn.Upsample(target, mode="bilinear")
