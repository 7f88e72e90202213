"""Looking into networks: filters as they are, maps where they lie, fields that a gradient finds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.experiment import ModelSpec
from cnnlab.inside.field import EffectiveField, effective, side_holding
from cnnlab.inside.filters import filters, first_filters
from cnnlab.inside.layers import layers_of
from cnnlab.inside.maps import feature_maps
from cnnlab.inside.subject import noise, untrained
from cnnlab.models.network import Body, Network
from cnnlab.plots import inside as pictures

GREY, COLOUR = InputKind("image", (1, 16, 16)), InputKind("image", (3, 32, 32))


def wrapped(module: nn.Module, channels: int = 1) -> Network:
    return Network(Body(module, ()), (0.5,) * channels, (0.25,) * channels).eval()


def network_of(architecture: str, kind: InputKind = COLOUR) -> Network:
    return untrained(ModelSpec(architecture=architecture), kind, 10).network


def code_of(error: pytest.ExceptionInfo[LabError]) -> str:
    return error.value.problem.code


def test_first_filters_are_in_colour_and_later_ones_are_means_or_one_channel() -> None:
    network = network_of("resnet8")
    first = first_filters(network, COLOUR)
    assert first == "conv"
    colour = filters(network, COLOUR, first)
    assert (colour.how, colour.values.shape) == ("colour", (16, 3, 3, 3))
    weights = network.get_parameter("body.conv.weight").detach().numpy()
    assert np.array_equal(colour.values[5, 1, 2], weights[5, :, 1, 2])
    deep = filters(network, COLOUR, "stage1.block1.conv1")
    weights = network.get_parameter("body.stage1.block1.conv1.weight").detach().numpy()
    assert (deep.how, deep.channels) == ("mean", 16)
    assert np.allclose(deep.values, weights.mean(1))
    one = filters(network, COLOUR, "stage1.block1.conv1", channel=7)
    assert (one.how, one.channel) == ("channel", 7)
    assert np.array_equal(one.values, weights[:, 7])


def test_a_dense_layer_on_the_image_has_filters_of_the_images_shape() -> None:
    network = network_of("mlp", GREY)
    found = filters(network, GREY, first_filters(network, GREY))
    assert found.values.shape[1:] == (16, 16)
    assert found.how == "single"


def test_the_planes_of_a_neocognitron_are_its_filters() -> None:
    network = network_of("neocognitron", GREY)
    assert first_filters(network, GREY) == "s1"
    planes = network.get_buffer("body.s1.planes")
    assert np.allclose(filters(network, GREY, "s1", channel=1).values, planes[:, 1].numpy())


def test_a_network_without_filters_says_so() -> None:
    with pytest.raises(LabError) as caught:
        first_filters(wrapped(nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(64, 3))), GREY)
    assert code_of(caught) == "no_filters"


def test_filters_are_a_copy() -> None:
    network = network_of("lenet5", GREY)
    filters(network, GREY, "conv1").values[:] = 0
    assert network.get_parameter("body.conv1.weight").abs().sum() > 0


def test_what_can_not_be_shown_is_said() -> None:
    network = network_of("lenet5", GREY)
    with pytest.raises(LabError) as unknown:
        filters(network, GREY, "conv9")
    assert code_of(unknown) == "unknown_inside_layer"
    assert "conv1" in unknown.value.message()
    with pytest.raises(LabError) as without:
        filters(network, GREY, "pool1")
    assert code_of(without) == "layer_without_filters"
    with pytest.raises(LabError) as channel:
        filters(network, GREY, "conv2", channel=6)
    assert code_of(channel) == "no_such_channel"
    with pytest.raises(LabError) as unit:
        effective(network, GREY, "conv2", noise(GREY, 1), unit=(99, 0))
    assert code_of(unit) == "no_such_unit"


def test_maps_are_what_the_layer_gives() -> None:
    network = wrapped(nn.Sequential(nn.Conv2d(1, 3, 3, bias=False), nn.Flatten(), nn.Linear(3 * 14 * 14, 5)))
    image = noise(GREY, 1)
    found = feature_maps(network, image, ["0", "2"])
    expected = network.body[0](((image / 255) - 0.5) / 0.25)[0].detach().numpy()
    assert np.allclose(found["0"].values, expected, atol=1e-5)
    assert found["0"].index == (0, 1, 2)
    assert found["2"].values.shape == (5, 1, 1)
    strongest = feature_maps(network, image, ["0"], order="strength")["0"]
    means = np.abs(strongest.values).mean((1, 2))
    assert list(means) == sorted(means, reverse=True)
    assert np.allclose(strongest.values, found["0"].values[list(strongest.index)])
    assert strongest.strongest(2).values.shape == (2, 14, 14)


class ChannelsLast(nn.Module):
    """Convolution, then channels last as in ConvNeXt, then tokens with a class token as in ViT."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.dense, self.mix = nn.Conv2d(1, 8, 2, 2), nn.Linear(8, 6), nn.Identity()
        self.tokens, self.start = nn.Identity(), nn.Parameter(torch.zeros(1, 1, 6))

    def forward(self, inputs: Tensor) -> Tensor:
        last = self.dense(self.conv(inputs).permute(0, 2, 3, 1))
        tokens = self.tokens(torch.cat([self.start.expand(len(inputs), -1, -1), last.flatten(1, 2)], 1))
        return self.mix(tokens.mean(1))


def test_maps_lie_where_they_lie_whatever_the_layout() -> None:
    network = wrapped(ChannelsLast())
    image = noise(GREY, 1)
    found = feature_maps(network, image, ["conv", "dense", "tokens"])
    dense = network.body.dense(torch.from_numpy(found["conv"].values).permute(1, 2, 0)).permute(2, 0, 1).detach()
    assert found["dense"].values.shape == (6, 8, 8)
    assert np.allclose(found["dense"].values, dense.numpy(), atol=1e-5)
    assert np.allclose(found["tokens"].values, found["dense"].values, atol=1e-6)


@pytest.mark.parametrize("architecture", ["lenet5", "resnet8", "mobilenet_mini", "vit_tiny", "cct", "cnn_rnn", "mlp"])
def test_every_layer_that_is_listed_can_be_seen(architecture: str) -> None:
    network = network_of(architecture)
    listed = layers_of(network, COLOUR)
    found = feature_maps(network, noise(COLOUR, 1), [layer.name for layer in listed])
    assert [layer.maps for layer in listed] == [found[layer.name].values.shape for layer in listed]
    assert list(found) == [layer.name for layer in listed]
    assert sum(layer.filters > 0 for layer in listed) >= 1
    for layer in listed:
        if layer.filters:
            assert len(filters(network, COLOUR, layer.name).values) == layer.filters
    spatial = {f"body.{layer.name}" for layer in listed if layer.maps[1] * layer.maps[2] > 1}
    assert set(network.attribution_layers) <= spatial


def equal_weights(*layers: nn.Module) -> Network:
    for module in layers:
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1.0)
    return wrapped(nn.Sequential(*layers))


def test_a_convolution_of_equal_weights_looks_at_its_whole_field_alike() -> None:
    found = effective(equal_weights(nn.Conv2d(1, 1, 5, padding=2, bias=False)), GREY, "0", noise(GREY, 3))
    assert (found.unit, found.units, found.images) == ((8, 8), (16, 16), 3)
    assert found.theoretical is not None
    assert found.theoretical.size == (5, 5)
    assert found.box == (6, 6, 10, 10)
    assert found.size == 5
    inside = found.map[6:11, 6:11]
    assert np.allclose(inside, 1 / 25)
    assert found.map.sum() == pytest.approx(1)


def test_the_effective_field_of_stacked_convolutions_is_smaller_than_the_theoretical() -> None:
    """Luo et al. 2016: it grows with the square root of the depth, and looks like a Gaussian."""
    kind = InputKind("image", (1, 64, 64))
    layers = [nn.Conv2d(1, 1, 3, padding=1, bias=False) for _ in range(16)]
    found = effective(equal_weights(*layers), kind, "15", noise(kind, 1))
    assert found.theoretical is not None
    assert found.theoretical.size == (33, 33)
    spread = math.sqrt(16 * 2 / 3)  # standard deviation: each layer adds the variance of three equal weights
    assert found.size is not None
    assert 2 * 2 * spread <= found.size <= 2 * 2 * spread + 3  # of a square, which needs a little more than a line
    assert found.size < 33
    assert found.map[32, 32] == found.map.max()


def test_a_unit_of_ones_choice_and_one_without_any_gradient() -> None:
    network = equal_weights(nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False))
    corner = effective(network, GREY, "0", noise(GREY, 1), unit=(0, 7))
    assert corner.box == (-1, 13, 1, 15)
    assert np.argwhere(corner.map > 0).tolist() == [[row, column] for row in (0, 1) for column in (13, 14, 15)]
    with torch.no_grad():
        network.get_parameter("body.0.weight").zero_()
    nothing = effective(network, GREY, "0", noise(GREY, 1))
    assert nothing.size is None
    assert nothing.map.sum() == 0
    assert pictures.field_picture(nothing).shape[2] == 3


def test_blocks_and_tokens_have_fields() -> None:
    network = network_of("vit_tiny")
    last = effective(network, COLOUR, "encoder", noise(COLOUR, 2))
    assert last.units == (8, 8)
    assert last.theoretical is not None
    assert last.theoretical.whole
    assert (last.map > 0).all()
    patches = effective(network, COLOUR, "patches", noise(COLOUR, 1))
    assert patches.box == (16, 16, 19, 19)
    assert np.argwhere(patches.map > 0).min() == 16


def test_looking_leaves_the_network_as_it_was() -> None:
    network = network_of("resnet8").train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    layers_of(network, COLOUR)
    effective(network, COLOUR, "stage2", noise(COLOUR, 1))
    assert network.training
    assert all(parameter.requires_grad and parameter.grad is None for parameter in network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_a_network_that_is_not_trained_is_the_same_each_time_and_leaves_the_dice() -> None:
    state = torch.random.get_rng_state()
    one, other = network_of("lenet5"), network_of("lenet5")
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert torch.equal(state, torch.random.get_rng_state())


def test_the_side_of_the_square_that_holds_a_share() -> None:
    shares = np.zeros((9, 9), dtype=np.float32)
    shares[4, 4], shares[4, 6], shares[0, 0] = 0.5, 0.4, 0.1
    assert side_holding(shares, (4.0, 4.0), 0.5) == 1
    assert side_holding(shares, (4.0, 4.0), 0.9) == 5
    assert side_holding(shares, (4.0, 4.0), 0.95) == 9
    assert side_holding(shares, (4.5, 4.5), 0.5) == 2


def test_pictures_have_squares_gaps_and_frames(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 10 * 4 * 4, dtype=np.float32).reshape(10, 4, 4)
    sheet = pictures.sheet(pictures.coloured_filters(values), columns=4)
    assert sheet.shape == (3 * 56 + 2 * 4, 4 * 56 + 3 * 4, 4)
    assert sheet[-1, -1, 3] == 0  # ten squares leave two places clear
    assert sheet[0, 0, 3] == 255
    zeros = pictures.coloured_filters(np.zeros((1, 2, 2, 3), dtype=np.float32))
    assert set(zeros.flat) == {128}
    field = EffectiveField("x", np.full((16, 16), 1 / 256, np.float32), (8, 8), (16, 16), 1, (8.0, 8.0), 5, None)
    drawn = pictures.field_picture(field, side=16 * 10)
    found = np.argwhere((drawn == pictures.MEASURED).all(2))
    assert found.min() == 60
    assert found.max() == 109
    (tmp_path / "x.png").write_bytes(pictures.png(sheet))
    assert np.array_equal(np.load(_saved(tmp_path / "x.npy", pictures.npy(values))), values)


def _saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
