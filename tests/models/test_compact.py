"""Networks for small images: published sizes, how they meet small and large images, what their options do."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.compact import SMALLEST_MAP, InvertedResidual, rounded, strides
from cnnlab.models.network import Network
from cnnlab.registry import registry

MINI = ("mobilenet_mini", "efficientnet_mini")


def built(name: str, size: int = 32, channels: int = 3, **options: Any) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (channels, size, size))
    spec = ModelSpec(architecture=name, options=options)
    return build_network(spec, kind, 10, (0.0,) * channels, (1.0,) * channels).eval()


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def map_of(network: Network, layer: str, size: int, channels: int = 3) -> torch.Size:
    seen: list[torch.Size] = []
    network.get_submodule(layer).register_forward_hook(lambda *a: seen.append(a[2].shape))
    with torch.no_grad():
        network(torch.rand(1, channels, size, size))
    return seen[0]


@pytest.mark.parametrize(
    ("name", "millions", "options"),
    [
        # table 6 of He et al. 2016: 0.27 M, 0.46 M, 0.85 M
        ("resnet20", 0.27, {}),
        ("resnet20", 0.46, {"blocks": 5}),
        ("resnet56", 0.85, {}),
        # table 4 of Zagoruyko and Komodakis 2016: 2.7 M (16-4), 8.9 M (40-4), 11.0 M (16-8), 36.5 M (28-10)
        ("wrn_16_4", 2.7, {}),
        ("wrn_16_4", 8.9, {"blocks": 6}),
        ("wrn_16_4", 11.0, {"width": 8}),
        ("wrn_16_4", 36.5, {"width": 10, "blocks": 4}),
    ],
)
def test_networks_are_as_large_as_their_papers_say(name: str, millions: float, options: dict[str, int]) -> None:
    with torch.device("meta"):
        count = parameters(built(name, **options))
    assert count / 1e6 == pytest.approx(millions, rel=0.02)


@pytest.mark.parametrize(("name", "depth"), [("resnet8", 8), ("resnet20", 20), ("resnet56", 56), ("wrn_16_4", 16)])
def test_networks_are_as_deep_as_they_are_called(name: str, depth: int) -> None:
    weighted = [n for n, m in built(name).named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    projections = sum("shortcut" in n for n in weighted)
    # the wide network's name counts its shortcuts: 6n + 4
    assert len(weighted) - (0 if name.startswith("wrn") else projections) == depth + (name.startswith("wrn"))


def test_members_of_a_family_have_the_same_options_with_their_own_defaults() -> None:
    options = {name: registry("architecture")[name].options for name in ("resnet8", "resnet20", "resnet56")}
    assert [entry["blocks"].default for entry in options.values()] == [1, 3, 9]
    assert len({entry["blocks"].help["es"] for entry in options.values()}) == 1
    assert len({entry["width"].default for entry in options.values()}) == 1


def test_a_wide_block_is_carried_around_its_convolutions() -> None:
    network = built("wrn_16_4")
    block = network.get_submodule("body.stage2.block2")
    nn.init.zeros_(block.get_submodule("conv2").weight)
    maps = torch.rand(2, 128, 8, 8)
    assert torch.equal(block(maps), maps)


def test_dropout_of_a_wide_network_acts_in_training_only() -> None:
    network, images = built("wrn_16_4", dropout=0.5), torch.rand(2, 3, 32, 32)
    assert torch.equal(network(images), network(images))
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    assert not torch.equal(network(images), network(images))


@pytest.mark.parametrize(
    ("side", "expected"),
    [(8, [1, 1, 1, 2]), (16, [1, 1, 2, 2]), (28, [1, 2, 2, 2]), (48, [1, 2, 2, 2]), (49, [2, 2, 2, 2])],
)
def test_a_small_image_is_halved_late_and_seldom(side: int, expected: list[int]) -> None:
    assert list(strides(side, 4)) == expected


@pytest.mark.parametrize("size", [8, 16, 28, 32, 64, 96])
@pytest.mark.parametrize("name", MINI)
def test_the_last_map_keeps_an_extent(name: str, size: int) -> None:
    shape = map_of(built(name, size), "body.last", size)
    assert SMALLEST_MAP <= shape[2] == shape[3] <= 6


@pytest.mark.parametrize("name", MINI)
def test_the_size_of_the_image_changes_no_weight(name: str) -> None:
    assert parameters(built(name, 8)) == parameters(built(name, 64))


@pytest.mark.parametrize("name", MINI)
def test_width_widens(name: str) -> None:
    assert map_of(built(name, width=2.0), "body.stage3", 32)[1] == 2 * map_of(built(name), "body.stage3", 32)[1]
    assert [rounded(filters, 0.25) for filters in (16, 24, 160)] == [8, 8, 40]


def test_depth_deepens_efficientnet() -> None:
    def blocks(depth: float) -> int:
        return sum(isinstance(m, InvertedResidual) for m in built("efficientnet_mini", depth=depth).modules())

    assert (blocks(0.5), blocks(1.0), blocks(2.0)) == (4, 7, 14)


def test_skipped_blocks_are_drawn_in_training_only() -> None:
    network, images = built("efficientnet_mini", stochastic_depth=0.9), torch.rand(8, 3, 32, 32)
    assert torch.equal(network(images), network(images))
    for module in network.modules():
        if type(module).__name__ == "StochasticDepth":
            module.train()
    assert not torch.equal(network(images), network(images))


def test_an_inverted_residual_carries_its_input_only_where_it_fits() -> None:
    maps = torch.rand(1, 8, 6, 6)
    same = InvertedResidual(8, 8, expansion=4, stride=1).eval()
    nn.init.zeros_(same.get_submodule("block.project.conv").weight)
    assert torch.equal(same(maps), maps)
    assert not InvertedResidual(8, 8, expansion=4, stride=2).carried
    assert not InvertedResidual(8, 16, expansion=4, stride=1).carried
