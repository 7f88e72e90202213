"""Counted without computing: the same as what building the network gives."""

from __future__ import annotations

import pytest
import torch

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.footprint import footprint
from tests.chosen_networks import networks


@pytest.mark.parametrize("architecture", networks())
def test_parameters_are_those_of_the_built_network(architecture: str) -> None:
    spec, kind = ModelSpec(architecture=architecture), InputKind("image", (3, 32, 32))
    with torch.device("meta"):
        network = build_network(spec, kind, 10, (0.5,) * 3, (0.2,) * 3)
    found = footprint(spec, kind, 10, batch_size=4)
    assert found.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert found.weight_bytes >= 4 * found.parameters


def test_activations_grow_with_the_batch_and_the_weights_are_not_among_them() -> None:
    kind = InputKind("image", (1, 28, 28))
    small, large = (footprint(ModelSpec(), kind, 10, batch_size=size) for size in (8, 80))
    assert large.activation_bytes == pytest.approx(10 * small.activation_bytes, rel=0.02)
    assert small.parameters == large.parameters
    first_maps = 8 * 6 * 28 * 28 * 4  # of the first convolution alone
    assert first_maps < small.activation_bytes < 20 * first_maps


def test_pretrained_weights_are_not_fetched_to_be_counted() -> None:
    kind = InputKind("image", (3, 32, 32))
    spec = ModelSpec(architecture="mobilenet_v3_small", pretrained=True)
    assert footprint(spec, kind, 10, batch_size=2) == footprint(
        spec.model_copy(update={"pretrained": False}), kind, 10, batch_size=2
    )


def test_nothing_of_torch_is_changed() -> None:
    before = torch.get_rng_state()
    footprint(ModelSpec(), InputKind("image", (1, 28, 28)), 10, batch_size=2)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.empty(1).device.type == "cpu"
