"""Each method against a few lines of its paper, and the layer it looks at."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnlab.errors import LabError
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.layers import choose_layer
from cnnlab.explain.methods import grad_cam, saliency
from cnnlab.models.network import Network
from tests.explain.networks import images, plain

TARGET = 2


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def grad_cam_by_hand(network: Network, inputs: Tensor, layer: str) -> Tensor:
    """[N, 1, h, w]: equations 1 and 2 of the paper without its ReLU."""
    kept: list[Tensor] = []
    handle = network.get_submodule(layer).register_forward_hook(lambda *args: kept.append(args[2]))
    raw = network.eval()(inputs)
    handle.remove()
    (gradient,) = torch.autograd.grad(raw[:, TARGET].sum(), kept[0])
    weights = gradient.mean((2, 3), keepdim=True)
    return (weights * kept[0]).sum(1, keepdim=True)


def input_gradient(network: Network, inputs: Tensor) -> Tensor:
    pixels = (inputs.float() / 255).requires_grad_()
    (gradient,) = torch.autograd.grad(network.eval()(pixels)[:, TARGET].sum(), pixels)
    return gradient


@pytest.mark.parametrize("layer", ["body.wide", "body.deep"])
@pytest.mark.parametrize("relu", [False, True])
def test_grad_cam_is_the_papers(layer: str, relu: bool) -> None:
    network, inputs = plain(), images(3, 3, 8)
    coarse = grad_cam_by_hand(network, inputs, layer)
    expected = F.interpolate(coarse.relu() if relu else coarse, (8, 8), mode="bilinear", align_corners=False)[:, 0]
    found = grad_cam.attribute(network, inputs, score, layer=layer, relu_attributions=relu)
    assert found.shape == (3, 8, 8)
    assert found.dtype == torch.float32
    assert bool((expected < 0).any()) is not relu
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-5)


def test_saliency_is_the_largest_gradient_or_its_signed_sum() -> None:
    network, inputs = plain(), images(3, 3, 8)
    gradient = input_gradient(network, inputs)
    torch.testing.assert_close(saliency.attribute(network, inputs, score), gradient.abs().amax(1), rtol=0, atol=1e-6)
    signed = saliency.attribute(network, inputs, score, abs=False)
    torch.testing.assert_close(signed, gradient.sum(1), rtol=0, atol=1e-6)
    assert (signed < 0).any()


@pytest.mark.parametrize("method", [grad_cam, saliency])
def test_stored_pixels_and_floats_give_the_same_map(method: object) -> None:
    network, inputs = plain(), images(2, 3, 8)
    floats = inputs.float() / 255
    found = method.attribute(network, floats, score)  # type: ignore[attr-defined]
    torch.testing.assert_close(found, method.attribute(network, inputs, score))  # type: ignore[attr-defined]
    assert not floats.requires_grad
    assert floats.grad is None


def test_the_layer_is_the_deepest_with_more_than_one_place() -> None:
    network, inputs = plain(), images(1, 3, 8)
    with borrowed(network):
        assert choose_layer(network, inputs, None) == "body.deep"
        assert choose_layer(network, inputs, "wide") == "body.wide"
        assert choose_layer(network, inputs, "body.bend") == "body.bend"


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("conv9", "unknown_layer"),
        ("", "unknown_layer"),
        ("point", "layer_without_extent"),
        ("body.output", "layer_without_extent"),
    ],
)
def test_a_layer_that_can_not_be_looked_at_is_refused_with_those_that_can(layer: str, code: str) -> None:
    network = plain().train()
    with pytest.raises(LabError) as caught:
        grad_cam.attribute(network, images(1, 3, 8), score, layer=layer)
    assert caught.value.problem.code == code
    for language in ("en", "es"):
        sentence = caught.value.message(language)
        assert "--layer" in sentence
        assert layer in sentence
        assert "body.deep" in sentence
    assert network.training


def test_a_network_of_single_places_has_no_layer_to_look_at() -> None:
    network = plain()
    network.attribution_layers = ("body.point",)
    with pytest.raises(LabError) as caught:
        grad_cam.attribute(network, images(1, 3, 8), score)
    assert caught.value.problem.code == "layer_without_extent"
    assert "body.point" in caught.value.message()
