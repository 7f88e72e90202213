"""Networks that forget from the output down."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from cnnlab.explain.sanity.randomised import drawn, forgetful, steps
from cnnlab.models.network import Network
from tests.explain.networks import built, images

SHAPES = {"lenet5": (1, 12), "resnet8": (3, 16), "vit_tiny": (3, 16), "cnn_rnn": (1, 16)}


def network_of(name: str) -> Network:
    return built(name, *SHAPES[name]).eval()


@pytest.mark.parametrize("name", SHAPES)
def test_step_by_step_everything_is_forgotten(name: str) -> None:
    network, inputs = network_of(name), images(1, *SHAPES[name])
    before = {key: value.clone() for key, value in network.state_dict().items()}
    fresh = drawn(partial(_small, name), 3)
    found = steps(network, inputs, most=4)
    assert [step.depth for step in found] == sorted({step.depth for step in found})
    assert all(network.head[0].startswith(unit) or unit.startswith(network.head[0]) for unit in found[0].units)
    forgotten = forgetful(network, fresh, found[-1]).state_dict()
    assert all(torch.equal(forgotten[key], value) for key, value in fresh.state_dict().items())
    first = forgetful(network, fresh, found[0]).state_dict()
    changed = {key for key, value in before.items() if not torch.equal(first[key], value)}
    assert changed
    assert all(key.startswith(network.head[0]) for key in changed)
    assert all(torch.equal(value, network.state_dict()[key]) for key, value in before.items())


def test_draws_repeat_and_leave_the_generator_of_all_threads_alone() -> None:
    build = partial(_small, "lenet5")
    state = torch.random.get_rng_state()
    first, again, other = drawn(build, 1), drawn(build, 1), drawn(build, 2)
    assert torch.equal(torch.random.get_rng_state(), state)
    weights = [each.state_dict()["body.conv1.weight"] for each in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_running_statistics_are_forgotten_too() -> None:
    network = network_of("resnet8")
    network.train()(images(8, *SHAPES["resnet8"]))
    network.eval()
    name = (
        "body.norm.running_mean"
        if "body.norm.running_mean" in network.state_dict()
        else next(key for key in network.state_dict() if key.endswith("running_mean"))
    )
    assert network.state_dict()[name].abs().sum() > 0
    last = steps(network, images(1, *SHAPES["resnet8"]))[-1]
    forgotten = forgetful(network, drawn(partial(_small, "resnet8"), 0), last)
    assert forgotten.state_dict()[name].abs().sum() == 0


def test_hooks_and_modes_are_as_before() -> None:
    network = network_of("lenet5").train()
    steps(network, images(1, *SHAPES["lenet5"]))
    assert network.training
    assert not any(module._forward_pre_hooks for module in network.modules())


def _small(name: str) -> Network:
    from cnnlab.data.types import InputKind
    from cnnlab.experiment import ModelSpec
    from cnnlab.models.build import build_network

    channels, side = SHAPES[name]
    kind = InputKind("image", (channels, side, side))
    return build_network(ModelSpec(architecture=name), kind, 4, [0.3] * channels, [0.2] * channels)
