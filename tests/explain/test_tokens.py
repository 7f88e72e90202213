"""Grad-CAM on layers that give tokens or channels last: the places, not the features, end up in the map."""

from __future__ import annotations

import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor, nn

from cnnlab.explain.layers import offered_layers
from cnnlab.explain.methods import grad_cam
from cnnlab.models.layouts import Layout, as_maps, token_grid
from cnnlab.models.network import Body, Network
from tests.explain.networks import CLASSES, images, plain


class Laid(nn.Module):
    """Convolution, its maps laid out as ``layout`` says, a layer that gives them back, mean of the places, output."""

    def __init__(self, layout: Layout, prefix: int = 0) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.layout, self.prefix = layout, prefix
        self.conv = nn.Conv2d(3, 6, 2, stride=2)
        self.looked_at = nn.Tanh()
        self.output = nn.Linear(6, CLASSES)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.conv(inputs)
        if self.layout == "maps":
            return self.output((self.looked_at(maps) ** 2).mean((2, 3)))
        last = maps.permute(0, 2, 3, 1)
        if self.layout == "channels_last":
            return self.output((self.looked_at(last) ** 2).mean((1, 2)))
        tokens = last.flatten(1, 2)
        others = torch.full((len(tokens), self.prefix, 6), 7.0)
        return self.output((self.looked_at(torch.cat([others, tokens], 1))[:, self.prefix :] ** 2).mean(1))


def network_of(layout: Layout, prefix: int = 0) -> Network:
    body = Body(Laid(layout, prefix), ("looked_at",), layout=layout)
    return Network(body, [0.3] * 3, [0.2] * 3)


def score(raw: Tensor) -> Tensor:
    return raw[:, 1]


@pytest.mark.parametrize(("layout", "prefix"), [("channels_last", 0), ("tokens", 0), ("tokens", 1), ("tokens", 2)])
def test_the_same_network_laid_out_otherwise_has_the_same_map(layout: Layout, prefix: int) -> None:
    inputs = images(2, 3, 12)
    expected = grad_cam.attribute(network_of("maps"), inputs, score)
    found = grad_cam.attribute(network_of(layout, prefix), inputs, score)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)
    assert found.std() > 0


def test_an_image_that_is_not_square_keeps_its_rows_and_columns() -> None:
    inputs = images(2, 3, 24)[:, :, :8]
    expected = grad_cam.attribute(network_of("maps"), inputs, score)
    found = grad_cam.attribute(network_of("tokens", 1), inputs, score)
    assert found.shape == (2, 8, 24)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("layer", ["body.wide", "body.deep"])
def test_on_maps_it_is_captums(layer: str) -> None:
    network, inputs = plain().eval(), images(2, 3, 8)
    pixels = (inputs.float() / 255).requires_grad_()
    coarse = LayerGradCam(lambda x: score(network(x)), network.get_submodule(layer)).attribute(pixels)
    expected = LayerAttribution.interpolate(coarse, (8, 8), "bilinear").detach().squeeze(1)
    torch.testing.assert_close(grad_cam.attribute(network, inputs, score, layer=layer), expected, rtol=1e-5, atol=1e-6)


def test_token_layers_are_offered() -> None:
    assert offered_layers(network_of("tokens", 1), images(1, 3, 12)) == ("body.looked_at",)


@pytest.mark.parametrize(
    ("tokens", "size", "grid"),
    [
        (197, (224, 224), (1, 14, 14)),
        (64, (32, 32), (0, 8, 8)),
        (50, (224, 224), (1, 7, 7)),
        (198, (224, 224), (2, 14, 14)),
        (33, (16, 32), (1, 4, 8)),
    ],
)
def test_the_grid_behind_a_number_of_tokens(tokens: int, size: tuple[int, int], grid: tuple[int, int, int]) -> None:
    assert token_grid(tokens, size) == grid


def test_what_has_no_places_has_no_maps() -> None:
    assert as_maps(torch.zeros(2, 10), "maps", (8, 8)) is None
    assert as_maps(torch.zeros(2, 23, 10), "tokens", (8, 8)) is None
    assert as_maps(torch.zeros(2, 10, 10), "tokens", (500, 10)) is None
