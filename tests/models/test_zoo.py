"""torchvision's networks, adapted: published counts, maps that small images keep, any channels and shapes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.layouts import as_maps
from cnnlab.models.network import Network
from cnnlab.models.zoo.patches import resized_bias, resized_grid, take_smaller_patch
from cnnlab.models.zoo.surgery import affordable
from cnnlab.registry import registry
from docs.architecture_facts import counted
from tests.chosen_networks import networks

CODES = (
    *("alexnet", "vgg", "googlenet", "resnet", "densenet", "squeezenet", "mobilenet", "shufflenet", "mnasnet"),
    *("efficientnet", "efficientnet_v2", "regnet", "convnext", "vit", "swin", "maxvit"),
)
ZOO = [name for name, entry in registry("architecture").items() if entry.code in CODES]
# for ImageNet: 1,000 classes of 3-channel images; millions of weights, billions of multiply-accumulates, pixels
PUBLISHED = {
    "alexnet": (61.1, 0.71, 224),
    "vgg16": (138.4, 15.47, 224),
    "googlenet": (6.6, 1.50, 224),
    "resnet18": (11.7, 1.81, 224),
    "resnet50": (25.6, 4.09, 224),
    "resnext50_32x4d": (25.0, 4.23, 224),
    "densenet121": (8.0, 2.83, 224),
    "squeezenet1_1": (1.24, 0.35, 224),
    "mobilenet_v2": (3.5, 0.30, 224),
    "mobilenet_v3_small": (2.54, 0.056, 224),
    "mobilenet_v3_large": (5.48, 0.217, 224),
    "shufflenet_v2_x1_0": (2.28, 0.146, 224),
    "mnasnet1_0": (4.38, 0.315, 224),
    "efficientnet_b0": (5.29, 0.39, 224),
    "efficientnet_v2_s": (21.5, 8.4, 384),
    "regnet_y_400mf": (4.34, 0.40, 224),
    "convnext_tiny": (28.6, 4.46, 224),
    "vit_b_16": (86.6, 17.56, 224),
    "swin_t": (28.3, 4.5, 224),
    "swin_v2_t": (28.4, 5.94, 256),
    "maxvit_t": (30.9, 5.56, 224),
}


def built(
    name: str, channels: int, height: int, width: int | None = None, *, meta: bool = False, **options: Any
) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (channels, height, width or height))
    with torch.device("meta" if meta else "cpu"):
        spec = ModelSpec(architecture=name, options=options)
        return build_network(spec, kind, 10, (0.0,) * channels, (1.0,) * channels).eval()


def maps_of(network: Network, images: Tensor) -> list[Tensor]:
    """What the attribution layers give for ``images``, as [N, C, h, w]."""
    outputs: list[Tensor] = []
    for layer in network.attribution_layers:
        network.get_submodule(layer).register_forward_hook(lambda *args: outputs.append(args[2]))
    assert network(images).shape == (len(images), 10)
    found = [as_maps(output, network.layout, (images.shape[2], images.shape[3])) for output in outputs]
    return [maps for maps in found if maps is not None]


@pytest.mark.parametrize("name", PUBLISHED)
def test_weights_and_operations_are_the_published_ones(name: str) -> None:
    millions, billions, size = PUBLISHED[name]
    found = counted(registry("architecture")[name], size=size, channels=3, outputs=1000)
    assert found["parameters"] / 1e6 == pytest.approx(millions, rel=0.01)
    assert found["macs"] / 1e9 == pytest.approx(billions, rel=0.02)


@pytest.mark.parametrize("name", networks(ZOO))
def test_small_images_keep_a_map_to_look_at(name: str) -> None:
    smallest = registry("architecture")[name].facts["minimum_size"]
    for side in (8, 16, 28, 64, 100):
        if side < smallest:
            continue
        network = built(name, 3, side, meta=True)
        last = maps_of(network, torch.empty(2, 3, side, side, device="meta"))[-1]
        assert min(last.shape[2:]) >= (3 if side >= 2 * smallest or smallest == 8 else 2), (side, last.shape)
        assert max(last.shape[2:]) <= 16, (side, last.shape)


@pytest.mark.parametrize("name", networks(ZOO))
@pytest.mark.parametrize("size", [(37, 37), (32, 50)])
def test_any_shape_of_image_is_taken(name: str, size: tuple[int, int]) -> None:
    network = built(name, 3, *size, meta=True)
    for maps in maps_of(network, torch.empty(2, 3, *size, device="meta")):
        assert min(maps.shape[2:]) > 1


@pytest.mark.parametrize("name", networks(ZOO))
def test_grey_is_seen_as_three_equal_colours(name: str) -> None:
    """Of the same weights; also where five channels are equal."""
    grey = torch.rand(2, 1, 32, 32)
    with torch.no_grad():
        one, three, five = (maps_of(built(name, c, 32), grey.expand(-1, c, -1, -1)) for c in (1, 3, 5))
    if name.startswith("vit"):  # its positions are drawn after the first layer
        one, three, five = one[:0], three[:0], five[:0]
    for first, second, third in zip(one, three, five, strict=True):
        scale = float(second.abs().max())
        torch.testing.assert_close(first, second, rtol=1e-3, atol=2e-4 * scale)
        torch.testing.assert_close(third, second, rtol=1e-3, atol=2e-4 * scale)


@pytest.mark.parametrize(
    ("side", "halvings", "kept"), [(224, 5, 5), (96, 5, 5), (95, 5, 4), (32, 5, 3), (8, 5, 1), (5, 5, 0), (64, 2, 2)]
)
def test_as_many_halvings_as_leave_three_pixels(side: int, halvings: int, kept: int) -> None:
    assert affordable(side, halvings) == kept


@pytest.mark.parametrize("patch", [8, 4, 2, 1])
def test_a_smaller_patch_sees_what_the_published_one_sees_in_the_image_enlarged(patch: int) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 6, 16, stride=16))
    images = torch.rand(2, 3, 4 * patch, 4 * patch)
    expected = network(nn.Upsample(scale_factor=16 // patch, mode="nearest")(images))
    take_smaller_patch(network, "0", patch)
    torch.testing.assert_close(network(images), expected, rtol=1e-4, atol=1e-5)


def test_positions_are_interpolated_as_the_maps_that_they_are() -> None:
    rows = torch.linspace(0, 1, 14).view(14, 1).expand(14, 14)
    grid = torch.stack([rows, torch.ones(14, 14)], dim=2).view(1, 196, 2)
    assert torch.equal(resized_grid(grid, (14, 14)), grid)
    small = resized_grid(grid, (7, 4)).view(7, 4, 2)
    torch.testing.assert_close(small[..., 1], torch.ones(7, 4))
    assert (small[1:, :, 0] > small[:-1, :, 0]).all(), "rows stay rows"
    torch.testing.assert_close(small[:, 0, 0], small[:, 3, 0])


def test_the_bias_of_a_window_keeps_its_middle() -> None:
    table = torch.zeros(13 * 13, 2)
    table[13 * 6 + 6] = 1.0  # no distance at all
    found = resized_bias(table, 4).view(7, 7, 2)
    assert found.shape == (7, 7, 2)
    assert found[3, 3, 0] == found.max()


@pytest.mark.parametrize(("name", "weights"), [("alexnet", 2_472_266), ("vgg11_bn", 9_231_114)])
def test_a_global_classifier_leaves_the_convolutions(name: str, weights: int) -> None:
    network = built(name, 3, 32, classifier="global", meta=True)
    assert sum(parameter.numel() for parameter in network.parameters()) == weights
    assert network.head == ("body.classifier.output",)


def test_vision_transformers_of_one_seed_start_alike_at_every_size() -> None:
    published, small = built("vit_b_32", 3, 224), built("vit_b_32", 3, 32)
    names = ("body.conv_proj.weight", "body.encoder.pos_embedding")
    for name in names:
        first, second = published.state_dict()[name], small.state_dict()[name]
        if name == names[0]:  # a smaller patch has fewer inputs, so each weight is larger
            first = first * (32 / 4)
        assert float(second.std()) == pytest.approx(float(first.std()), rel=0.05)
