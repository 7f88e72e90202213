"""Small Neocognitrons, and images for them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.neocognitron.organised import OrganisedCells
from cnnlab.models.network import Network

IMAGES = 24
LAYERS = ("s1", "s2", "s3")


def built(size: int = 28, channels: int = 1, **options: Any) -> Network:
    torch.manual_seed(0)
    few = {"planes1": 6, "planes2": 10, "planes3": 14, "images": IMAGES}
    spec = ModelSpec(architecture="neocognitron", options=few | options)
    return build_network(spec, InputKind("image", (channels, size, size)), 3, [0.1] * channels, [0.3] * channels)


def strokes(count: int, size: int = 28, channels: int = 1) -> Tensor:
    """[N, C, size, size] uint8: bars at random places, rough, so that no two patterns are equally strong."""
    generator = torch.Generator().manual_seed(1)
    images = torch.zeros(count, channels, size, size, dtype=torch.uint8)
    for image in images:
        for _ in range(3):
            top, left, length = torch.randint(3, size - 12, (3,), generator=generator).tolist()
            if torch.rand((), generator=generator) < 0.5:
                image[:, top : top + 2, left : left + 4 + length // 2] = 255
            else:
                image[:, top : top + 4 + length // 2, left : left + 2] = 255
    rough = 0.6 + 0.4 * torch.rand(images.shape, generator=generator)
    return (images * rough).to(torch.uint8)


def layer(network: Network, name: str) -> OrganisedCells:
    cells = network.get_submodule(f"body.{name}")
    assert isinstance(cells, OrganisedCells)
    return cells


def organised(network: Network) -> list[int]:
    return [int(layer(network, name).organised.sum()) for name in LAYERS]


def show(network: Network, images: Tensor, batch: int = 8) -> None:
    network.train()
    with torch.no_grad():
        for part in images.split(batch):
            network(part)


def single(selectivity: float = 0.5, channels: int = 2, planes: int = 1) -> OrganisedCells:
    return OrganisedCells(
        channels, planes, 3, selectivity, learning_selectivity=0.8, column=3, first=0, images=10
    ).eval()
