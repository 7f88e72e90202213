"""Receptive fields: published ones, those of joins and attention, and what a gradient finds in random networks."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.inside.field import effective
from cnnlab.inside.subject import noise
from cnnlab.models.inspection import inspect_network
from cnnlab.models.receptive import Receptive
from tests.models.inspected import field, of_module, of_torchvision, wrapped


def test_receptive_fields_of_araujo_et_al() -> None:
    """Table of the article: VGG-16 212 before its head, AlexNet 195, ResNet-50 483."""
    vgg, alex = of_torchvision("VGG16")[0], of_torchvision("AlexNet")[0]
    pooled, last = field(vgg, "features.30"), field(alex, "features.12")
    assert (pooled.size, pooled.stride) == ((212, 212), (32, 32))
    assert (last.size, last.stride) == ((195, 195), (32, 32))
    with torch.device("meta"):
        resnet = torchvision.models.resnet50()
        kind = InputKind("image", (3, 512, 512))
        in_torchvision = field(inspect_network(wrapped(resnet), kind), "layer4.2.relu")
        for stage in (resnet.layer2, resnet.layer3, resnet.layer4):
            # the paper halves the map in the first convolution of a block, torchvision in the second
            stage[0].conv1.stride, stage[0].conv2.stride = (2, 2), (1, 1)
        as_published = field(inspect_network(wrapped(resnet), kind), "layer4.2.relu")
    assert in_torchvision.size == (427, 427)
    assert (as_published.size, as_published.whole) == ((483, 483), False)


class Branches(nn.Module):
    """A 7 x 7 beside a 3 x 3 convolution."""

    def __init__(self, join: str) -> None:
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(1, 4, 7, padding=3), nn.Conv2d(1, 4, 3, padding=1)
        self.join, self.after = join, nn.Conv2d(8 if join == "cat" else 4, 2, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        wide, narrow = self.wide(inputs), self.narrow(inputs)
        return self.after(torch.cat([wide, narrow], 1) if self.join == "cat" else wide + narrow)


@pytest.mark.parametrize("join", ["cat", "add"])
def test_where_branches_join_the_larger_field_counts(join: str) -> None:
    assert field(of_module(Branches(join), 1, 32, 32), "after") == Receptive((7, 7), (1, 1), (0.0, 0.0))


class Attending(nn.Module):
    """Patches, and attention among them written out."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.query, self.key = nn.Conv2d(1, 8, 4, 4), nn.Linear(8, 8), nn.Linear(8, 8)
        self.back, self.again = nn.Identity(), nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        tokens = self.patches(inputs).flatten(2).transpose(1, 2)
        before = self.back(tokens.transpose(1, 2).reshape(1, 8, 8, 8))
        weights = (self.query(tokens) @ self.key(tokens).transpose(1, 2)).softmax(-1)
        return self.again(weights @ before.flatten(2).transpose(1, 2))


def test_attention_sees_everything_and_tokens_keep_their_place_until_then() -> None:
    found = of_module(Attending(), 1, 32, 32)
    assert field(found, "back") == Receptive((4, 4), (4, 4), (1.5, 1.5))
    assert field(found, "again").whole
    products = next(row for row in found.rows if row.name == "body")  # of no layer, but of what is made of them
    assert products.macs == 2 * 64 * 64 * 8
    assert found.macs == products.macs + 64 * 8 * 16 + 2 * 64 * 8 * 8


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1)),
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 900, 5)),
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(4 * 49, 5)),
        nn.Sequential(nn.Upsample(40, mode="bilinear"), nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 38 * 38, 5)),
        torchvision.ops.SqueezeExcitation(1, 1),
    ],
    ids=["global pooling", "dense", "uneven pooling", "enlarged", "squeeze and excitation"],
)
def test_what_sees_the_whole_input(module: nn.Module) -> None:
    last = of_module(module, 1, 32, 32).rows[-1].receptive
    assert last == Receptive((32, 32), (0, 0), (15.5, 15.5), whole=True)


@pytest.mark.parametrize(
    "module",
    [
        nn.Upsample(40, mode="bilinear"),
        nn.AdaptiveAvgPool2d(7),
        nn.Sequential(nn.ConvTranspose2d(1, 2, 2, 2), nn.ReLU()),
        nn.Sequential(nn.PixelUnshuffle(2), nn.ReLU()),
    ],
    ids=["interpolation", "uneven pooling", "transposed convolution", "pixels to channels"],
)
def test_a_field_that_can_not_be_derived_is_not_guessed(module: nn.Module) -> None:
    assert of_module(module, 1, 32, 32).rows[-1].receptive is None


class Halved(nn.Module):
    """The parameter-free shortcut of He et al. 2016: every second pixel, and channels of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.after = nn.Conv2d(2, 4, 3, 2, padding=1), nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        shortcut = nn.functional.pad(inputs[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1))
        return self.after(self.conv(inputs) + shortcut)


def test_slices_and_padding_are_followed() -> None:
    assert field(of_module(Halved(), 2, 16, 16), "after") == Receptive((3, 3), (2, 2), (0.0, 0.0))


class Drawn(nn.Module):
    """Windows at random, with a branch now and then."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        dice = random.Random(seed)
        self.layers, self.shortcuts = nn.ModuleList(), nn.ModuleList()
        for _ in range(dice.randint(2, 5)):
            if dice.random() < 0.3:
                self.layers.append(nn.AvgPool2d(dice.choice((2, 3)), dice.choice((1, 2)), padding=dice.choice((0, 1))))
                self.shortcuts.append(nn.Identity())
                continue
            kernel, dilation = dice.choice((1, 2, 3, 5)), dice.choice((1, 1, 2))
            stride = dice.choice((1, 1, 2))
            padding = (kernel - 1) * dilation // 2
            branch = kernel % 2 == 1 and dice.random() < 0.5
            self.layers.append(nn.Conv2d(1, 1, kernel, stride, padding, dilation, padding_mode="zeros"))
            self.shortcuts.append(nn.Conv2d(1, 1, 1, stride) if branch else nn.Identity())

    def forward(self, inputs: Tensor) -> Tensor:
        for layer, shortcut in zip(self.layers, self.shortcuts, strict=True):
            outputs = layer(inputs)
            inputs = outputs + shortcut(inputs) if isinstance(shortcut, nn.Conv2d) else outputs
        return inputs


@pytest.mark.parametrize("seed", range(24))
def test_a_gradient_reaches_as_far_as_the_field_says(seed: int) -> None:
    torch.manual_seed(seed)
    kind = InputKind("image", (1, 48, 56))
    network = wrapped(Drawn(seed), 1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.abs_().add_(0.1)  # nothing cancels out
    found = effective(network, kind, "body", noise(kind, 1))
    assert found.box is not None
    top, left, bottom, right = found.box
    rows, columns = np.nonzero(found.map.sum(1))[0], np.nonzero(found.map.sum(0))[0]
    assert (rows.min(), columns.min()) == (max(0, top), max(0, left))
    assert (rows.max(), columns.max()) == (min(47, bottom), min(55, right))
