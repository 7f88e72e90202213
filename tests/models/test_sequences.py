"""A network of the catalogue, written as a list of layers, is the same network."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.sequences import DEFAULT_LAYERS, as_layers, is_sequence
from cnnlab.registry import registry

SEQUENCES = [name for name in registry("architecture") if is_sequence(name)]
LARGE = 2_000_000  # parameters: more take seconds, and smaller members of the family are looked at quickly
MARKED = [
    pytest.param(name, marks=[pytest.mark.slow] * (registry("architecture")[name].facts["parameters"] > LARGE))
    for name in SEQUENCES
]
UNUSUAL = [
    ("lenet5", {"activation": "tanh", "pooling": "average", "dropout": 0.2}, (3, 40, 40)),
    ("lenet5", {}, (1, 28, 28)),
    ("lenet5", {}, (1, 32, 32)),
    (
        "cnn",
        {
            "blocks": [
                {"filters": 8, "kernel_size": 4, "stride": 2, "dropout": 0.1},
                {"filters": 6, "kernel_size": 5, "padding": 1, "pooling": "none", "batch_norm": False},
                {"filters": 10, "pooling": "average", "pool_size": 3, "activation": "gelu"},
            ],
            "head": "flatten",
            "hidden": [20, 12],
            "head_dropout": 0.3,
        },
        (3, 32, 32),
    ),
    ("fast_cnn", {"width": 8, "dropout": 0.2}, (1, 28, 28)),
    ("mlp", {"hidden": [30, 20], "batch_norm": True, "activation": "elu"}, (1, 12, 12)),
    ("mlp", {"hidden": []}, (3, 8, 8)),
    ("resnet8", {"width": 8, "blocks": 2}, (3, 16, 16)),
]
# every number of halvings that a small image can't afford, and sides that don't divide evenly
SIZES = [("alexnet", 37), *(("alexnet", side) for side in (8, 15, 21, 70, 128, 150))]
SIZES += [("vgg11", 28), ("vgg11_bn", 8), *(("vgg11", side) for side in (11, 15, 55, 100))]


def network_of(architecture: str, kind: InputKind, **spec: Any) -> Network:
    channels = kind.shape[0]
    model = ModelSpec(architecture=architecture, **spec)
    return build_network(model, kind, 7, (0.4,) * channels, (0.3,) * channels)


def with_weights_of(original: Network, copy: Network) -> Network:
    """The tensors in their order: names differ, layers don't."""
    given, taken = original.state_dict(), copy.state_dict()
    assert [tensor.shape for tensor in given.values()] == [tensor.shape for tensor in taken.values()]
    copy.load_state_dict(dict(zip(taken, given.values(), strict=True)))
    return copy


def images(kind: InputKind) -> torch.Tensor:
    return torch.randint(0, 256, (3, *kind.shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def hold_the_same_outputs(architecture: str, options: dict[str, Any], shape: tuple[int, int, int]) -> None:
    kind = InputKind("image", shape)
    original = network_of(architecture, kind, options=options)
    original.train()(images(kind))  # moves the running statistics away from where they start
    layers = as_layers(architecture, options, kind)
    copy = with_weights_of(original, network_of("designed", kind, layers=layers))
    with torch.no_grad():
        torch.testing.assert_close(copy.eval()(images(kind)), original.eval()(images(kind)))


@pytest.mark.parametrize("name", MARKED)
def test_a_network_as_layers_gives_the_same_outputs_for_the_same_weights(name: str) -> None:
    facts = registry("architecture")[name].facts
    size = facts["default_size"] if facts["parameters"] < LARGE else max(facts["minimum_size"], 32)
    hold_the_same_outputs(name, {}, (facts["default_channels"], size, size))


@pytest.mark.parametrize(("name", "options", "shape"), UNUSUAL)
def test_so_it_does_with_other_options(name: str, options: dict[str, Any], shape: tuple[int, int, int]) -> None:
    hold_the_same_outputs(name, options, shape)


@pytest.mark.parametrize(
    ("name", "side"),
    [pytest.param(*size, marks=[pytest.mark.slow] * (size not in (("alexnet", 37), ("vgg11", 28)))) for size in SIZES],
)
def test_a_network_for_large_images_is_the_same_at_every_size(name: str, side: int) -> None:
    hold_the_same_outputs(name, {"classifier": "global", "dropout": 0.1}, (1, side, side))


def test_the_catalogue_states_which_networks_are_sequences() -> None:
    assert [name for name, entry in registry("architecture").items() if entry.facts.get("sequence")] == SEQUENCES


def test_a_network_with_branches_is_refused_with_those_that_can_be_taken() -> None:
    with pytest.raises(ExperimentError, match="lenet5") as caught:
        as_layers("mobilenet_v3_small", {}, InputKind("image", (3, 32, 32)))
    assert caught.value.problem.code == "not_a_sequence"


def test_lenet5_of_a_small_image_would_have_to_enlarge_it() -> None:
    with pytest.raises(ExperimentError, match="28") as caught:
        as_layers("lenet5", {}, InputKind("image", (1, 8, 8)))
    assert caught.value.problem.code == "sequence_too_small"


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(ExperimentError) as caught:
        as_layers("fast_cnn", {"width": -1}, InputKind("image", (1, 28, 28)))
    assert caught.value.problem.field == "model.options.width"


def test_the_default_design_is_built_when_no_layers_are_given() -> None:
    kind = InputKind("image", (3, 32, 32))
    assert [*network_of("designed", kind).body.state_dict()] == [
        *network_of("designed", kind, layers=[dict(layer) for layer in DEFAULT_LAYERS]).body.state_dict()
    ]
    assert isinstance(network_of("designed", kind).body.get_submodule("conv3"), nn.Conv2d)
