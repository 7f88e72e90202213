"""Vision Transformer (Dosovitskiy et al. 2021), torchvision's.

Small images get smaller patches, so that there are at least 7 x 7 tokens, as ViT-B/32 has at 224 pixels.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.patches import enlargement, multiple, resized_grid, take_smaller_patch
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import new_output, take_channels

SMALLEST_GRID = 7  # tokens a side
POSITION_STD = 0.02
BLOCKS = (3, 7, 11)  # of 12


class VisionTransformer(nn.Module):
    """torchvision's network for images of any size, under its names."""

    def __init__(self, network: nn.Module, enlarge: nn.Module) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.conv_proj = network.get_submodule("conv_proj")
        self.class_token = network.get_parameter("class_token")
        self.encoder = network.get_submodule("encoder")
        self.heads = network.get_submodule("heads")

    def forward(self, inputs: Tensor) -> Tensor:
        patches = self.conv_proj(self.enlarge(inputs)).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(patches), -1, -1), patches], dim=1)
        return self.heads(self.encoder(tokens)[:, 0])


def build_member(
    name: str,
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001  # the contract's signature
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    _, height, width = kind.shape
    network = published(name, pretrained=pretrained, dropout=options["dropout"])
    patch = _patch(network, min(height, width))
    size = multiple(height, patch), multiple(width, patch)
    _place(network, (size[0] // patch, size[1] // patch), pretrained=pretrained)
    take_smaller_patch(network, "conv_proj", patch)
    take_channels(network, "conv_proj", kind.shape[0])
    new_output(network, "heads.head", outputs)
    # what enters attention: past the last block only the class token is read, and the places have no gradient
    looked_at = tuple(f"encoder.layers.encoder_layer_{block}.ln_1" for block in BLOCKS)
    whole = VisionTransformer(network, enlargement((height, width), size))
    return Body(whole, looked_at, head=("heads",), layout="tokens")


def _patch(network: nn.Module, side: int) -> int:
    stem = network.get_submodule("conv_proj")
    assert isinstance(stem, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    patch = stem.kernel_size[0]
    while patch > 1 and side / patch < SMALLEST_GRID:
        patch //= 2
    return patch


def _place(network: nn.Module, grid: tuple[int, int], *, pretrained: bool) -> None:
    """Position embeddings for ``grid``: interpolated where they were learnt, drawn where they were not."""
    encoder = network.get_submodule("encoder")
    old = encoder.get_parameter("pos_embedding")
    own, places = old[:, :1], old[:, 1:]
    if places.shape[1] == grid[0] * grid[1]:
        return
    if pretrained:
        new = torch.cat([own, resized_grid(places, grid)], dim=1)
    else:
        new = torch.empty(1, 1 + grid[0] * grid[1], old.shape[2]).normal_(std=POSITION_STD)
    encoder.register_parameter("pos_embedding", nn.Parameter(new.detach()))
