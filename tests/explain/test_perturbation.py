"""What is removed and asked about again, on a linear network, where every answer is known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnlab.explain.attribution.coalitions import shapley_values, weighted_coalitions
from cnnlab.explain.attribution.perturbed import FILLS, filled
from cnnlab.explain.attribution.regions import regions_of
from cnnlab.explain.base import attribute_of, attributed
from cnnlab.explain.explain import explain, explain_batch
from cnnlab.explain.methods.lime import ridge_regression
from cnnlab.explain.progress import listening
from cnnlab.models.network import Body, Network
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from tests.explain.networks import CLASSES, images, plain

TARGET = 2
SIDE = 12
REMOVING = ["occlusion", "feature_ablation", "kernel_shap", "lime"]
SEEDED = ["kernel_shap", "lime", "smooth_grad", "var_grad"]
SLOW = [*REMOVING, "smooth_grad", "var_grad", "score_cam"]


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def linear(side: int = SIDE) -> Network:
    """The score is a weighted sum of the pixels: what each is worth is known."""
    torch.manual_seed(4)
    body = nn.Sequential()
    body.add_module("flatten", nn.Flatten())
    body.add_module("output", nn.Linear(3 * side * side, CLASSES))
    return Network(Body(body, ()), [0.3, 0.4, 0.5], [0.2, 0.25, 0.3])


def worth(network: Network, inputs: Tensor, fill: str) -> Tensor:
    """[N, H, W] float64: by how much the score falls when a pixel alone is replaced."""
    weights = network.get_parameter("body.output.weight")[TARGET].view(3, SIDE, SIDE) / network.std[0]
    pixels = inputs.float() / 255
    return ((pixels - filled(pixels, fill, network)) * weights).sum(1).double().detach()


def in_regions(values: Tensor, labels: Tensor) -> Tensor:
    """[H, W]: at each pixel the sum of ``values`` over its region."""
    sums = torch.zeros(int(labels.max()) + 1, dtype=values.dtype).index_add(0, labels.flatten(), values.flatten())
    return sums[labels].float()


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("method", ["feature_ablation", "kernel_shap"])
def test_a_region_of_a_linear_network_is_worth_its_pixels(method: str, fill: str) -> None:
    network, inputs = linear(), images(2, 3, SIDE)
    found = attribute_of(method)(network, inputs, score, regions=9, fill=fill)
    for image, values, one in zip(inputs, worth(network, inputs, fill), found, strict=True):
        expected = in_regions(values, regions_of(image / 255, 9).labels)
        torch.testing.assert_close(one, expected, rtol=1e-4, atol=1e-5)


def test_lime_comes_near_on_a_linear_network_and_says_how_well_it_fits() -> None:
    network, inputs = linear(), images(2, 3, SIDE)
    found = attributed("lime", network, inputs, score, regions=9, samples=300, ridge=1e-6)
    for image, values, one in zip(inputs, worth(network, inputs, "mean"), found.maps, strict=True):
        expected = in_regions(values, regions_of(image / 255, 9).labels)
        torch.testing.assert_close(one, expected, rtol=1e-3, atol=1e-4)
    assert (found.notes["fit"] > 0.9999).all()
    held = attributed("lime", network, inputs, score, regions=9, samples=300, ridge=100.0)
    assert (held.maps.abs().amax((1, 2)) < found.maps.abs().amax((1, 2))).all()
    assert (held.notes["fit"] < found.notes["fit"]).all()


def test_the_ridge_regression_is_the_closed_form() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(40, 5, generator=generator, dtype=torch.float64)
    values = torch.randn(40, generator=generator, dtype=torch.float64)
    weights = torch.rand(40, generator=generator, dtype=torch.float64)
    found, fit = ridge_regression(rows, values, weights, 0.7)
    design = torch.cat([rows, torch.ones(40, 1, dtype=torch.float64)], 1)
    held = 0.7 * torch.diag(torch.tensor([1.0] * 5 + [0.0], dtype=torch.float64))
    expected = torch.linalg.solve(design.T @ (weights[:, None] * design) + held, design.T @ (weights * values))
    torch.testing.assert_close(found, expected[:5])
    assert 0 < fit < 1


@pytest.mark.parametrize("fill", FILLS)
def test_occlusion_of_a_linear_network_is_the_mean_over_the_windows(fill: str) -> None:
    network, inputs = linear(), images(1, 3, SIDE)
    (found,) = attribute_of("occlusion")(network, inputs, score, window=0.33, stride=0.25, fill=fill)
    values = worth(network, inputs, fill)[0]
    starts = [0, 3, 6, 8]  # windows of 4 pixels in steps of 3, the last one at the edge
    total, count = torch.zeros(SIDE, SIDE, dtype=torch.float64), torch.zeros(SIDE, SIDE)
    for top, left in itertools.product(starts, starts):
        total[top : top + 4, left : left + 4] += values[top : top + 4, left : left + 4].sum()
        count[top : top + 4, left : left + 4] += 1
    torch.testing.assert_close(found, (total / count).float(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("window", "stride"), [(1.0, 1.0), (0.02, 1.0), (0.3, 0.02), (0.02, 0.02)])
def test_every_pixel_is_under_a_window(window: float, stride: float) -> None:
    found = attribute_of("occlusion")(linear(), images(1, 3, SIDE), score, window=window, stride=stride)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("players", [1, 2, 3, 6, 7])
def test_all_coalitions_together_give_the_shapley_values_of_any_game(players: int) -> None:
    generator = np.random.default_rng(players)
    subsets = [frozenset(each) for size in range(players + 1) for each in itertools.combinations(range(players), size)]
    game = {each: float(generator.normal()) for each in subsets}
    everyone = frozenset(range(players))
    expected = [
        sum(
            math.factorial(len(each)) * math.factorial(players - len(each) - 1) / math.factorial(players)
            * (game[each | {player}] - game[each])
            for each in subsets
            if player not in each
        )
        for player in range(players)
    ]  # fmt: skip
    kept, weights = weighted_coalitions(players, 1000, seed=0)
    assert len({tuple(row) for row in kept.tolist()}) == len(kept) == len(subsets) - 2
    asked = [game[frozenset(np.flatnonzero(row))] for row in kept.numpy()]
    found = shapley_values(kept, weights, torch.tensor(asked, dtype=torch.float64), game[frozenset()], game[everyone])
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))


def test_few_coalitions_are_in_pairs_and_have_each_player_alone() -> None:
    kept, weights = weighted_coalitions(20, 60, seed=3)
    rows = {tuple(row) for row in kept.tolist()}
    assert len(kept) == 60
    assert all(tuple(not there for there in row) in rows for row in rows)
    assert {row.index(True) for row in rows if sum(row) == 1} == set(range(20))
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0, dtype=torch.float64))
    assert torch.equal(kept, weighted_coalitions(20, 60, seed=3)[0])
    assert not torch.equal(kept, weighted_coalitions(20, 60, seed=4)[0])
    assert len(weighted_coalitions(20, 2, seed=0)[0]) == 40


@pytest.mark.parametrize("fill", FILLS)
def test_shapley_values_add_up_to_what_the_image_gains(fill: str) -> None:
    network, inputs = plain().eval(), images(1, 3, 8)
    (found,) = attribute_of("kernel_shap")(network, inputs, score, regions=12, samples=30, fill=fill)
    regions = regions_of(inputs[0] / 255, 12)
    one_of_each = [found[regions.labels == number][0] for number in range(regions.count)]
    pixels = inputs.float() / 255
    with torch.no_grad():
        gain = score(network(pixels)) - score(network(filled(pixels, fill, network)))
    torch.testing.assert_close(torch.stack(one_of_each).sum(), gain[0], rtol=1e-4, atol=1e-5)


def test_the_gradient_of_a_linear_network_is_smooth_already() -> None:
    network, inputs = linear(), images(2, 3, SIDE)
    weights = (network.get_parameter("body.output.weight")[TARGET].view(3, SIDE, SIDE) / network.std[0]).detach()
    found = attribute_of("smooth_grad")(network, inputs, score, samples=3, abs=False)
    torch.testing.assert_close(found, weights.sum(0).expand(2, -1, -1), rtol=1e-4, atol=1e-5)
    assert attribute_of("var_grad")(network, inputs, score, samples=3).abs().max() < 1e-10


def test_smooth_grad_and_var_grad_are_mean_and_variance_of_noisy_gradients() -> None:
    network, inputs = plain().eval(), images(1, 3, 8)
    pixels = inputs.float() / 255
    draws = torch.randn(7, 3, 8, 8, generator=torch.Generator().manual_seed(5))
    copies = (pixels + 0.2 * (pixels.max() - pixels.min()) * draws).requires_grad_()
    (gradients,) = torch.autograd.grad(score(network(copies)).sum(), copies)
    settings = {"samples": 7, "noise": 0.2, "seed": 5}
    smooth = attribute_of("smooth_grad")(network, inputs, score, **settings)
    spread = attribute_of("var_grad")(network, inputs, score, **settings)
    torch.testing.assert_close(smooth[0], gradients.mean(0).abs().amax(0))
    torch.testing.assert_close(spread[0], gradients.var(0, correction=0).sum(0))
    signed = attribute_of("smooth_grad")(network, inputs, score, abs=False, **settings)
    torch.testing.assert_close(signed[0], gradients.mean(0).sum(0))


def test_score_cam_is_the_papers() -> None:
    network, inputs = plain().eval(), images(1, 3, 8)
    pixels, kept = inputs.float() / 255, []
    handle = network.get_submodule("body.deep").register_forward_hook(lambda *args: kept.append(args[2]))
    with torch.no_grad():
        network(pixels)
        handle.remove()
        maps = nn.functional.interpolate(kept[0], (8, 8), mode="bilinear", align_corners=False)[0]
        scores = []
        for each in maps:
            mask = (each - each.min()) / (each.max() - each.min())
            standardised = (pixels - network.mean) / network.std
            scores.append(score(network.body(mask * standardised)))
        expected = (torch.cat(scores).softmax(0)[:, None, None] * maps).sum(0).relu()
    (found,) = attribute_of("score_cam")(network, inputs, score, layer="deep")
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    (few,) = attribute_of("score_cam")(network, inputs, score, layer="deep", channels=2)
    assert few.abs().max() > 0
    assert not torch.equal(few, found)


@pytest.mark.parametrize("method", SEEDED)
def test_the_same_seed_gives_the_same_map_whatever_else_draws(method: str) -> None:
    network, inputs = plain(), images(1, 3, 8)
    settings = {"samples": 20} if method in ("smooth_grad", "var_grad") else {"samples": 30, "regions": 9}
    state = torch.get_rng_state()
    first = attribute_of(method)(network, inputs, score, **settings)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(99)
    assert torch.equal(first, attribute_of(method)(network, inputs, score, **settings))
    assert not torch.equal(first, attribute_of(method)(network, inputs, score, seed=1, **settings))


@pytest.mark.parametrize("method", SLOW)
def test_a_slow_method_says_how_far_it_is_up_to_its_end(method: str) -> None:
    told: list[tuple[int, int]] = []
    with listening(lambda _key, done, total: told.append((done, total))):
        attribute_of(method)(plain(), images(3, 3, 8), score)
    done, totals = [each for each, _ in told], {total for _, total in told}
    assert done == sorted(set(done))
    assert totals == {done[-1]}


@pytest.mark.parametrize("method", SLOW)
def test_a_network_whose_weights_are_lost_has_no_numbers_and_no_other_error(method: str) -> None:
    network = plain()
    with torch.no_grad():
        network.get_parameter("body.output.weight").fill_(math.nan)
    assert not torch.isfinite(attribute_of(method)(network, images(1, 3, 8), score)).any()


@pytest.mark.parametrize("method", SLOW)
def test_an_image_of_one_colour_has_a_map(method: str) -> None:
    blank = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    assert torch.isfinite(attribute_of(method)(plain(), blank, score)).all()


class CancelledError(Exception):
    pass


@pytest.mark.parametrize("method", SLOW)
def test_one_that_is_cancelled_leaves_nothing_behind(method: str) -> None:
    network = plain().train()
    hooks = [len(module._forward_hooks) for module in network.modules()]

    def stop(_key: str, done: int, _total: int) -> None:
        raise CancelledError(done)

    with pytest.raises(CancelledError):
        explain_batch(network, Classification(), images(2, 3, 8), targets=[0, 1], method=method, progress=stop)
    assert all(module.training for module in network.modules())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in network.parameters())
    assert [len(module._forward_hooks) for module in network.modules()] == hooks
    explain(network, Classification(), images(1, 3, 8), target=0, method=method, layer=None, options={})


def test_the_fills_are_what_they_are_called() -> None:
    network, pixels = plain(), images(2, 3, 16).float() / 255
    assert (filled(pixels, "black", network) == 0).all()
    torch.testing.assert_close(filled(pixels, "mean", network), torch.full_like(pixels, 0.3))
    blurred = filled(pixels, "blur", network)
    assert (blurred.std((2, 3)) < pixels.std((2, 3))).all()
    torch.testing.assert_close(filled(torch.full_like(pixels, 0.6), "blur", network), torch.full_like(pixels, 0.6))
    torch.testing.assert_close(blurred[:1], filled(pixels[:1], "blur", network))


@pytest.mark.parametrize("method", [name for name, entry in registry("explainer").items() if "fill" in entry.options])
def test_every_method_offers_the_fills_that_there_are(method: str) -> None:
    assert registry("explainer")[method].options["fill"].choices == FILLS
