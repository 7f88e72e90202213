"""Small networks with random weights, and images to explain."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Body, Network
from cnnlab.registry import registry

CLASSES = 4


def built(architecture: str, channels: int, size: int | None = None) -> Network:
    """At the smallest size that the architecture takes, unless ``size`` says otherwise; in training mode."""
    torch.manual_seed(0)
    side = size or int(registry("architecture")[architecture].facts["minimum_size"])
    kind = InputKind("image", (channels, side, side))
    return build_network(ModelSpec(architecture=architecture), kind, CLASSES, [0.3] * channels, [0.2] * channels)


def plain(channels: int = 3) -> Network:
    """One convolution of each kind of extent: maps of 8 x 8, of 4 x 4, and of one place."""
    torch.manual_seed(0)
    body = nn.Sequential()
    body.add_module("wide", nn.Conv2d(channels, 5, 3, padding=1))
    body.add_module("bend", nn.Tanh())
    body.add_module("norm", nn.BatchNorm2d(5))
    body.add_module("deep", nn.Conv2d(5, 6, 2, stride=2))
    body.add_module("bend2", nn.Tanh())
    body.add_module("point", nn.Conv2d(6, 7, 4))
    body.add_module("flatten", nn.Flatten())
    body.add_module("output", nn.Linear(7, CLASSES))
    return Network(Body(body, ("wide", "deep", "point")), [0.3] * channels, [0.2] * channels)


def images(count: int, channels: int, size: int) -> Tensor:
    """[N, C, H, W] uint8, the same each time."""
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, channels, size, size), dtype=torch.uint8, generator=generator)
