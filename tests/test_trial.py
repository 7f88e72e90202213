"""One batch tried: sound networks are found sound, and each way of being broken is found by its own number."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from cnnlab.data.types import Batch
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES
from cnnlab.models.network import Body, Network
from cnnlab.tasks.classification import Classification
from cnnlab.training.probe import Signs, look, time_step
from cnnlab.training.verdicts import Verdict, judge
from cnnlab.trial import Trial, trial

CLASSES = 4


def tried(home: Home, **changes: Any) -> Trial:
    return trial(Experiment().changed({name.replace("__", "."): value for name, value in changes.items()}), home)


def wrapped(*layers: nn.Module, std: float = 1.0) -> Network:
    return Network(Body(nn.Sequential(*layers), ()), (0.0,), (std,))


def looked_at(network: Network, *, std: float = 1.0) -> Signs:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(32, 1, 8, 8, generator=generator) * std
    return look(network, Classification(), Batch(inputs, None, torch.arange(32) % CLASSES, torch.arange(32)))


def codes(signs: Signs, expected: float | None = math.log(CLASSES)) -> list[str]:
    return [verdict.code for verdict in judge(signs, expected)]


def dense(*, layers: int, activation: Callable[[], nn.Module], gain: float | None = None) -> Network:
    torch.manual_seed(0)
    modules: list[nn.Module] = [nn.Flatten()]
    for _ in range(layers):
        linear = nn.Linear(64, 64)
        if gain is not None:
            nn.init.normal_(linear.weight, std=gain / 8)
        modules += [linear, activation()]
    return wrapped(*modules, nn.Linear(64, CLASSES))


@pytest.mark.parametrize("architecture", ["lenet5", "resnet8", "mlp", "vit_tiny"])
def test_sound_networks_are_fine_on_real_images(home: Home, architecture: str) -> None:
    found = tried(home, model__architecture=architecture, training__batch_size=32)
    assert [verdict.code for verdict in found.verdicts] == ["all_fine"]
    assert found.loss == pytest.approx(math.log(10), abs=0.3)
    assert found.expected_loss == pytest.approx(math.log(10))
    assert (found.input_mean, found.input_std) == (pytest.approx(0, abs=0.1), pytest.approx(1, abs=0.1))
    assert (found.samples, found.threads) == (32, 1)
    assert found.warm is not None
    assert min(found.cold.forward, found.cold.backward, found.warm.forward, found.warm.backward) > 0
    assert all(layer.gradient_norm is not None for layer in found.layers)


def test_twenty_layers_of_sigmoids_are_found(home: Home) -> None:
    layers: list[dict[str, Any]] = [{"kind": "flatten"}]
    for _ in range(20):
        layers += [{"kind": "linear", "units": 32}, {"kind": "activation", "type": "sigmoid"}]
    found = tried(home, model__architecture="designed", model__layers=layers)
    verdict = found.verdicts[0]
    assert (verdict.code, verdict.weight) == ("vanishing", "warning")
    assert verdict.params["ratio"] < 1e-4
    assert (verdict.params["first"], verdict.params["last"]) == ("linear1", "output")


def test_weights_that_are_too_large_explode() -> None:
    signs = looked_at(dense(layers=12, activation=nn.ReLU, gain=10.0))
    found = codes(signs)
    assert "steep" in found
    assert "loss_high" in found
    assert "all_fine" not in found


def test_a_gradient_that_grows_towards_the_input_is_found() -> None:
    network = dense(layers=8, activation=nn.Identity, gain=1.0)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Linear):
                module.weight.mul_(8.0)
                module.bias.zero_()
        output = network.body[-1]
        assert isinstance(output, nn.Linear)
        network.body[1].weight.mul_(8.0**-9)  # so that the outputs stay as they were
    assert "exploding" in codes(looked_at(network))


def test_a_rectifier_that_never_opens_is_dead() -> None:
    network = dense(layers=2, activation=nn.ReLU)
    with torch.no_grad():
        network.body[3].bias.fill_(-100.0)
    verdicts = judge(looked_at(network), None)
    dead = next(verdict for verdict in verdicts if verdict.code == "dead")
    assert dead.params == {"layer": "3", "share": 1.0, "count": 1}
    assert "vanishing" in [verdict.code for verdict in verdicts]


def test_some_dead_units_are_a_note_and_none_are_nothing() -> None:
    network = dense(layers=1, activation=nn.ReLU)
    with torch.no_grad():
        network.body[1].bias[:40].fill_(-100.0)
    signs = looked_at(network)
    layer = next(layer for layer in signs.layers if layer.name == "1")
    assert layer.dead == pytest.approx(40 / 64)
    assert [(v.code, v.weight) for v in judge(signs, None)] == [("many_dead", "note")]
    assert looked_at(dense(layers=1, activation=nn.LeakyReLU)).layers[0].dead is None


def test_dead_units_are_found_behind_functions_too() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.output = nn.Conv2d(1, 8, 3), nn.Linear(8, CLASSES)
            nn.init.constant_(self.conv.bias, -100.0)  # type: ignore[arg-type]  # it has one

        def forward(self, inputs: Tensor) -> Tensor:
            return self.output(torch.relu(self.conv(inputs)).mean((2, 3)))

    signs = looked_at(Network(Body(Functional(), ()), (0.0,), (1.0,)))
    assert signs.layers[0].dead == 1.0


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.Tanh])
def test_flat_sigmoids_are_found(activation: type[nn.Module]) -> None:
    signs = looked_at(dense(layers=1, activation=activation, gain=1000.0))
    assert (signs.layers[0].saturated or 0) > 0.9
    assert "saturated" in codes(signs)


def test_numbers_that_are_not_finite_are_named_where_they_begin() -> None:
    network = dense(layers=2, activation=nn.ReLU)
    with torch.no_grad():
        network.body[3].weight[0, 0] = float("inf")
    found = judge(looked_at(network), math.log(CLASSES))
    assert [(verdict.code, verdict.params) for verdict in found] == [("activation_not_finite", {"layer": "3"})]


def test_inputs_far_from_zero_are_noted(home: Home) -> None:
    found = tried(home, data__dataset="shapes", data__normalization="unit", training__batch_size=32)
    alone = tried(home, data__dataset="shapes", training__batch_size=32)
    assert "input_not_normalised" not in [verdict.code for verdict in alone.verdicts]
    assert found.input_mean > 0.2
    assert ("input_not_normalised" in [v.code for v in found.verdicts]) == (found.input_mean > found.input_std)
    assert "input_not_normalised" in codes(looked_at(dense(layers=1, activation=nn.ReLU), std=100.0))


def test_a_loss_without_an_expectation_is_not_judged() -> None:
    signs = looked_at(dense(layers=1, activation=nn.ReLU))
    assert "loss_low" in codes(signs, expected=100.0)
    assert codes(signs, expected=None) == ["all_fine"]


def test_weights_gradients_and_hooks_are_as_before() -> None:
    network = dense(layers=2, activation=nn.ReLU)
    before = [parameter.clone() for parameter in network.parameters()]
    batch = Batch(torch.zeros(4, 1, 8, 8), None, torch.arange(4), torch.arange(4))
    time_step(network, Classification(), batch)
    look(network, Classification(), batch)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_memory_is_what_is_alive_at_once() -> None:
    network = wrapped(nn.Flatten(), nn.Linear(64, CLASSES, bias=False))
    signs = looked_at(network)
    weights, inputs, outputs = 4 * 64 * CLASSES, 4 * 32 * 64, 4 * 32 * CLASSES
    least = 2 * weights + 2 * inputs + outputs  # weights with gradients, the batch as given and as standardised
    assert least <= signs.memory_bytes <= least + 3 * inputs + 8 * outputs


def test_the_same_experiment_is_judged_the_same_and_nobody_elses_dice_are_touched(home: Home) -> None:
    state = torch.random.get_rng_state()
    threads = torch.get_num_threads()
    one, other = tried(home), tried(home)
    assert one.layers == other.layers
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads


def test_progress_is_told_and_may_end_it(home: Home) -> None:
    class EnoughError(Exception):
        pass

    told: list[tuple[str, int, int]] = []

    def stop(phase: str, done: int, total: int) -> None:
        told.append((phase, done, total))
        if (phase, done) == ("progress.trying", 1):
            raise EnoughError

    with pytest.raises(EnoughError):
        trial(Experiment(), home, progress=stop)
    assert told[-2:] == [("progress.trying", 0, 3), ("progress.trying", 1, 3)]


def test_a_batch_beyond_all_memory_is_refused_before_it_is_made(home: Home) -> None:
    experiment = Experiment().changed(
        {"model.architecture": "wrn_16_4", "data.image_size": 1024, "training.batch_size": 65_536}
    )
    with pytest.raises(LabError) as caught:
        trial(experiment, home)
    assert caught.value.problem.code == "trial_too_large"


def test_json_has_only_what_json_can_say(home: Home) -> None:
    network = dense(layers=1, activation=nn.ReLU)
    with torch.no_grad():
        network.body[1].weight.fill_(float("nan"))
    found = tried(home)
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["layers"][0]["ratio"] > 0
    broken = judge(looked_at(network), None)
    assert [verdict.code for verdict in broken] == ["activation_not_finite"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_verdicts_are_sentences(language: str) -> None:
    verdict = Verdict("vanishing", {"first": "conv1", "last": "output", "ratio": 3.21e-9}, "warning")
    sentence = verdict.sentence(language)
    assert "conv1" in sentence
    assert "3.21e-9" in sentence
    counted = Verdict("dead", {"layer": "conv1", "share": 0.953, "count": 3}, "warning").sentence(language)
    assert "95" in counted
