"""Input x gradient, integrated gradients and GradientSHAP: closed forms, completeness, seeds, and an end on request."""

from __future__ import annotations

import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from cnnlab.explain.base import attributed
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import explain_batch
from cnnlab.explain.progress import listening
from cnnlab.models.network import Body, Network
from cnnlab.tasks.classification import Classification
from tests.explain.networks import built, images, plain

TARGET = 2
BASE = {"black": 0.0, "mean": 0.3, "white": 1.0}


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def linear() -> tuple[Network, Tensor]:
    """A linear network for 8 x 8 colour images, and its weights of the target by pixel."""
    torch.manual_seed(0)
    network = Network(Body(nn.Sequential(nn.Flatten(), nn.Linear(192, 4)), ()), [0.3] * 3, [0.2] * 3)
    return network, (network.body[1].weight[TARGET].view(3, 8, 8) / 0.2).detach()  # type: ignore[index]


class Squares(nn.Module):
    """Sums of squares of the brightness: the gradient is straight, so that the trapezoidal rule is exact."""

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.stack([weight * (inputs**2).sum((1, 2, 3)) for weight in (1.0, 2.0, 3.0, 4.0)], 1)


class Step(nn.Module):
    """Rises within a thousandth of the way from black to white: few steps can't see it."""

    def forward(self, inputs: Tensor) -> Tensor:
        rise = torch.sigmoid(40000 * (inputs.mean((1, 2, 3)) - 0.501234))
        return rise[:, None].expand(-1, 4)


def bare(module: nn.Module) -> Network:
    return Network(Body(module, ()), [0.0] * 3, [1.0] * 3)


def test_input_x_gradient_of_a_linear_network_is_known() -> None:
    network, weights = linear()
    inputs = images(3, 3, 8)
    found = attributed("input_x_gradient", network, inputs, score).maps
    torch.testing.assert_close(found, (inputs / 255 * weights).sum(1))


@pytest.mark.parametrize("baseline", sorted(BASE))
def test_integrated_gradients_of_a_linear_network_are_known(baseline: str) -> None:
    network, weights = linear()
    inputs = images(3, 3, 8)
    found = attributed("integrated_gradients", network, inputs, score, baseline=baseline)
    torch.testing.assert_close(found.maps, ((inputs / 255 - BASE[baseline]) * weights).sum(1), rtol=1e-4, atol=1e-5)
    assert found.notes["gap"].max() < 1e-3
    assert found.notes["steps"].tolist() == [25, 25, 25]


@pytest.mark.parametrize("steps", [1, 7, 400])
def test_integrated_gradients_of_squares_are_known(steps: int) -> None:
    inputs = images(2, 3, 8)
    found = attributed("integrated_gradients", bare(Squares()), inputs, score, steps=steps)
    torch.testing.assert_close(found.maps, (3 * (inputs / 255) ** 2).sum(1), rtol=1e-4, atol=1e-5)
    assert found.notes["steps"].tolist() == [min(steps, 25)] * 2


@pytest.mark.parametrize("architecture", ["resnet8", "vit_tiny", "cnn"])
def test_the_steps_double_until_the_gap_is_small_or_they_are_too_many(architecture: str) -> None:
    network, inputs = built(architecture, 3).eval(), images(4, 3, 8)
    found = attributed("integrated_gradients", network, inputs, score)
    with torch.no_grad():
        difference = score(network(inputs)) - score(network(torch.zeros_like(inputs)))
    for sum_of_map, true, gap, steps in zip(found.maps.sum((1, 2)), difference, *found.notes.values(), strict=True):
        assert steps in (25, 50, 100, 200, 400)
        assert gap < 0.01 or steps == 400
        assert gap == pytest.approx(abs(float(sum_of_map - true)) / abs(float(true)), abs=1e-3)


def test_a_step_that_no_step_meets_leaves_its_gap() -> None:
    white = torch.full((1, 3, 8, 8), 255, dtype=torch.uint8)
    found = attributed("integrated_gradients", bare(Step()), white, score)
    assert found.notes["steps"].tolist() == [400]
    assert found.notes["gap"].tolist() == pytest.approx([1.0])


def test_integrated_gradients_are_near_captums() -> None:
    network, inputs = plain(), images(2, 3, 8)
    found = attributed("integrated_gradients", network, inputs, score, steps=100).maps
    with borrowed(network) as net:
        expected = IntegratedGradients(net).attribute(inputs / 255, target=TARGET, n_steps=100).sum(1)
    torch.testing.assert_close(found, expected.float(), rtol=0, atol=0.02 * float(expected.abs().max()))


def test_the_notes_reach_the_explanation() -> None:
    options = {"steps": 25}
    (found,) = explain_batch(
        plain(), Classification(), images(1, 3, 8), targets=[None], method="integrated_gradients", options=options
    )
    assert found.notes.keys() == {"gap", "steps"}
    assert found.notes["steps"] == 25


def test_gradient_shap_of_a_linear_network_is_near_what_is_known() -> None:
    network, weights = linear()
    inputs = images(2, 3, 8)
    found = attributed("gradient_shap", network, inputs, score, baseline="black", samples=64, noise=0.0).maps
    torch.testing.assert_close(found, (inputs / 255 * weights).sum(1), rtol=1e-4, atol=1e-5)
    greys = attributed("gradient_shap", network, inputs, score, samples=1024, noise=0.0).maps
    torch.testing.assert_close(greys, ((inputs / 255 - 0.5) * weights).sum(1), rtol=0, atol=0.03 * 3 * 0.4)


def test_the_same_seed_gives_the_same_map_and_leaves_the_common_generator_alone() -> None:
    network, inputs = plain(), images(2, 3, 8)
    before = torch.get_rng_state()
    one, again, other = (attributed("gradient_shap", network, inputs, score, seed=seed).maps for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap"])
def test_progress_rises_and_whoever_listens_can_end_it(method: str) -> None:
    network, inputs = built("resnet8", 3, size=64).train(), images(3, 3, 64)
    heard: list[tuple[int, int]] = []

    def listen(_phase: str, done: int, total: int) -> None:
        heard.append((done, total))
        if done > 0.7 * total:
            raise InterruptedError

    with pytest.raises(InterruptedError), listening(listen):
        attributed(method, network, inputs, score, **({"samples": 200} if method == "gradient_shap" else {}))
    assert heard == sorted(heard)
    assert len(heard) > 2
    assert len({total for _, total in heard}) == 1
    assert network.training
