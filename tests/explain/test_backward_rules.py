"""Guided backpropagation, deconvolution and DeepLift, which change how gradients pass, and the networks they suit."""

from __future__ import annotations

import pytest
import torch
from captum.attr import DeepLift
from torch import Tensor, nn
from torch.nn import functional as F

from cnnlab.explain.attribution.suitable import rectified_by_relu, rescalable
from cnnlab.explain.base import attributed
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.methods import deconvolution, guided_backprop
from cnnlab.models.network import Body, Network
from tests.explain.networks import built, images, plain

TARGET = 1
BASELINES = ("black", "mean", "white")


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def network_of(*modules: nn.Module) -> Network:
    torch.manual_seed(1)
    for module in modules:
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.3)
    return Network(Body(nn.Sequential(*modules), ("0",)), [0.3] * 3, [0.2] * 3)


def two_layers() -> Network:
    return network_of(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(96, 4))


@pytest.mark.parametrize(("method", "active"), [(guided_backprop, True), (deconvolution, False)])
def test_each_relu_lets_back_what_the_method_says(method: object, active: bool) -> None:
    network, inputs = two_layers().eval(), images(2, 3, 8)
    first, _, second, _, _, output = network.body
    below = first((inputs.float() / 255 - network.mean) / network.std)
    above = second(below.relu())
    flowing = output.weight[TARGET].view(1, 6, 4, 4).expand(2, -1, -1, -1)
    for convolution, drive in ((second, above), (first, below)):
        flowing = flowing.relu() * (drive > 0) if active else flowing.relu()
        flowing = F.conv_transpose2d(flowing, convolution.weight)
    expected = (flowing / network.std).sum(1)
    found = method.attribute(network, inputs, score)  # type: ignore[attr-defined]
    torch.testing.assert_close(found, expected.detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("architecture", ["mlp", "resnet8", "cnn", "fast_cnn", "lenet5", "squeezenet1_1", "googlenet"])
def test_deep_lift_adds_up_to_the_difference_of_the_scores(architecture: str, baseline: str) -> None:
    network, inputs = built(architecture, 3, size=32), images(2, 3, 32)
    inputs[0, :, :16] = 0  # as much as a black baseline: nothing changes there
    found = attributed("deep_lift", network.double(), inputs, score, baseline=baseline)
    assert found.notes["gap"].max() < 1e-4
    assert found.maps.abs().amax() > 0
    if baseline == "black":
        assert (found.maps[0, :16] == 0).all()


def test_deep_lift_of_a_linear_network_is_known() -> None:
    network, inputs = network_of(nn.Flatten(), nn.Linear(3 * 64, 4)), images(2, 3, 8)
    weights = network.body[1].weight[TARGET].view(3, 8, 8) / network.std[0]
    found = attributed("deep_lift", network, inputs, score, baseline="white").maps
    torch.testing.assert_close(found, ((inputs / 255 - 1) * weights).sum(1).detach(), rtol=1e-4, atol=1e-4)


def test_deep_lift_is_captums_where_no_maximum_is_taken() -> None:
    network, inputs = two_layers(), images(2, 3, 8)
    pixels = inputs.float() / 255
    with borrowed(network) as net:
        expected = DeepLift(net).attribute(pixels, torch.zeros_like(pixels), target=TARGET).sum(1).detach()
    found = attributed("deep_lift", network, inputs, score).maps
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_a_module_that_is_used_twice_is_no_trouble_to_deep_lift() -> None:
    shared = nn.ReLU()
    network = network_of(nn.Conv2d(3, 5, 3), shared, nn.Conv2d(5, 6, 3), shared, nn.Flatten(), nn.Linear(96, 4))
    inputs = images(2, 3, 8)
    expected = attributed("deep_lift", two_layers(), inputs, score)
    torch.testing.assert_close(attributed("deep_lift", network, inputs, score).maps, expected.maps)


@pytest.mark.parametrize(
    ("architecture", "relu", "rescale"),
    [
        ("mlp", True, True),
        ("resnet8", True, True),
        ("densenet121", True, True),
        ("regnet_y_400mf", True, False),  # gates
        ("cnn_rnn", True, False),  # recurrence
        ("neocognitron", True, False),  # division
        ("lenet5_1998", False, False),  # tanh, and distances
        ("mobilenet_mini", False, False),  # ReLU6
        ("efficientnet_mini", False, False),  # SiLU
        ("mobilenet_v3_small", False, False),  # Hardswish beside ReLU
        ("cct", False, False),  # GELU beside ReLU
        ("vit_tiny", False, False),
    ],
)
def test_which_networks_suit(architecture: str, relu: bool, rescale: bool) -> None:
    network = built(architecture, 3)
    assert rectified_by_relu(network) is relu
    assert rescalable(network) is rescale


def test_what_overwrites_its_input_can_not_be_rescaled() -> None:
    assert rescalable(plain())
    assert not rescalable(network_of(nn.Conv2d(3, 5, 3), nn.ReLU(inplace=True), nn.Flatten()))
    assert not rescalable(network_of(nn.Conv2d(3, 5, 3), nn.Sigmoid(), nn.Flatten()))
