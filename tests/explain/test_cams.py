"""Grad-CAM++, LayerCAM and Guided Grad-CAM against their papers' equations, written out place by place."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnlab.explain.methods import grad_cam, grad_cam_plus_plus, guided_backprop, guided_grad_cam, layer_cam
from cnnlab.models.network import Body, Network
from tests.explain.networks import built, images, plain

TARGET = 2
LAYERS = ["body.wide", "body.deep"]


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def caught(network: Network, inputs: Tensor, layer: str) -> tuple[Tensor, Tensor]:
    """The layer's maps and their gradients, [N, K, h, w]."""
    kept: list[Tensor] = []
    handle = network.get_submodule(layer).register_forward_hook(lambda *args: kept.append(args[2]))
    raw = network.eval()(inputs)
    handle.remove()
    (gradient,) = torch.autograd.grad(score(raw).sum(), kept[0])
    return kept[0].detach(), gradient


def enlarged(coarse: Tensor) -> Tensor:
    return F.interpolate(coarse[:, None], (8, 8), mode="bilinear", align_corners=False)[:, 0]


@pytest.mark.parametrize("layer", LAYERS)
def test_grad_cam_plus_plus_is_the_papers(layer: str) -> None:
    """Equation 19 with the derivatives of exp(S): exp(S) g, exp(S) g^2 and exp(S) g^3."""
    network, inputs = plain(), images(2, 3, 8)
    maps, g = caught(network, inputs, layer)
    exponential = score(network(inputs)).exp().detach()
    expected = []
    for n in range(2):
        total = torch.zeros(maps.shape[2:])
        for k in range(maps.shape[1]):
            first, second, third = (exponential[n] * g[n, k] ** power for power in (1, 2, 3))
            alpha = second / (2 * second + maps[n, k].sum() * third)
            total += (alpha * first.relu()).sum() * maps[n, k]
        expected.append(total.relu() / exponential[n])
    found = grad_cam_plus_plus.attribute(network, inputs, score, layer=layer)
    torch.testing.assert_close(found, enlarged(torch.stack(expected)), rtol=1e-4, atol=1e-5)
    assert found.amax() > 0


def test_a_gradient_of_zero_has_no_share_in_grad_cam_plus_plus() -> None:
    network, inputs = plain(), images(1, 3, 8)
    found = grad_cam_plus_plus.attribute(network, inputs, lambda raw: raw[:, TARGET] * 0)
    assert (found == 0).all()


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_cam_is_the_papers(layer: str) -> None:
    network, inputs = plain(), images(2, 3, 8)
    maps, gradient = caught(network, inputs, layer)
    expected = torch.zeros(2, *maps.shape[2:])
    for k in range(maps.shape[1]):
        expected += gradient[:, k].clamp(min=0) * maps[:, k]
    found = layer_cam.attribute(network, inputs, score, layer=layer)
    torch.testing.assert_close(found, enlarged(expected.clamp(min=0)), rtol=0, atol=1e-5)
    assert found.amax() > 0


def test_guided_grad_cam_is_the_product() -> None:
    network, inputs = built("cnn", 3, size=16), images(2, 3, 16)
    expected = grad_cam.attribute(network, inputs, score, relu_attributions=True)
    expected = expected * guided_backprop.attribute(network, inputs, score)
    found = guided_grad_cam.attribute(network, inputs, score)
    torch.testing.assert_close(found, expected)


class Overwriting(nn.Module):
    """A layer whose output the next one overwrites, as many published networks do."""

    def __init__(self, inplace: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.rest = nn.Sequential(nn.ReLU(inplace=inplace), nn.Flatten(), nn.Linear(4 * 64, 4))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.rest(self.conv(inputs))


def test_what_follows_a_layer_may_overwrite_it() -> None:
    inputs, found = images(2, 3, 8), []
    for inplace in (False, True):
        network = Network(Body(Overwriting(inplace), ("conv",)), [0.3] * 3, [0.2] * 3)
        found.append(grad_cam.attribute(network, inputs, score, layer="conv"))
    torch.testing.assert_close(*found)
    assert (found[0] < 0).any()
