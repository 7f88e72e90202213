"""The scorecard: what each map scores beside maps that know nothing, and what could not be scored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnlab.explain.explain import Explanation, explain_batch
from cnnlab.explain.grading import words
from cnnlab.explain.grading.bootstrap import estimate
from cnnlab.explain.grading.scorecard import Beaten, Card, Mark, control_maps, scorecard, scorecards
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from tests.explain.linear import linear
from tests.explain.networks import images, plain

SIDE = 12
TASK = Classification()


def spot() -> torch.Tensor:
    """Weights of a class that rests on a square of nine pixels."""
    weights = torch.zeros(1, SIDE, SIDE)
    weights[0, 6:9, 2:5] = 1.0
    return weights


def explained(found: np.ndarray, method: str = "saliency", target: int = 1) -> Explanation:
    return Explanation(found.astype(np.float32), method, None, target, 1, (0.1, 0.9))


def noise() -> torch.Tensor:
    return images(1, 1, SIDE)


def bright_spot() -> torch.Tensor:
    """Dim noise, and white where the class rests."""
    return torch.where(spot() > 0, 255, noise() // 3).to(torch.uint8)


def test_a_map_that_is_right_beats_both_controls() -> None:
    truth = spot()[0].numpy()
    network = linear(spot(), mean=0.3)
    card = scorecard(network, TASK, bright_spot(), explained(truth), mask=truth > 0)
    assert list(card.marks) == list(registry("score"))
    assert card.beats("random") == Beaten(7, 7)
    assert card.beats("edges") == Beaten(6, 7), "the strongest edge is that of the spot: a draw"
    assert card.marks["infidelity"].value == pytest.approx(0, abs=1e-6)
    assert card.marks["pointing_game"] == Mark(1.0, 0.0, 1.0)
    assert card.marks["energy_inside"].value == 1.0
    assert card.marks["energy_inside"].random == pytest.approx(9 / SIDE**2, rel=0.3)
    stable = card.marks["sensitivity"]
    assert stable.random is None
    assert stable.edges is None


def test_without_a_mask_five_scores_are_left_to_compare() -> None:
    truth = spot()[0].numpy()
    for mask in (None, np.zeros((SIDE, SIDE), bool)):
        card = scorecard(linear(spot()), TASK, noise(), explained(truth), mask=mask)
        assert card.beats("random").of == card.beats("edges").of == 5
        assert card.marks["pointing_game"] == Mark(None, missing="mask")
        assert card.marks["energy_inside"].missing == "mask"


def test_a_flat_map_is_graded_as_one_that_knows_nothing() -> None:
    card = scorecard(linear(spot()), TASK, noise(), explained(np.zeros((SIDE, SIDE))))
    assert card.marks["sparsity"].missing == "flat"
    assert card.marks["sensitivity"].missing == "flat"
    assert card.marks["infidelity"].value == 1.0
    assert card.beats("random").won < 3


def test_a_network_that_never_changes_its_mind_has_no_infidelity() -> None:
    card = scorecard(linear(torch.zeros(1, SIDE, SIDE)), TASK, noise(), explained(spot()[0].numpy()))
    assert card.marks["infidelity"] == Mark(None, None, None, "flat")
    assert card.marks["deletion"].value == card.marks["deletion"].random == pytest.approx(0.5)
    assert card.beats("random") == Beaten(1, 4), "a draw is no win: only sparsity is left"


def test_cards_of_several_maps_are_those_of_each() -> None:
    network, inputs = plain(1), images(1, 1, 8)
    made = [
        explain_batch(network, TASK, inputs, targets=[target], method=method)[0]
        for method in ("grad_cam", "saliency")
        for target in (0, 2)
    ]
    together = scorecards(network, TASK, inputs, made, seed=5)
    assert [(card.method, card.target) for card in together] == [(one.method, one.target) for one in made]
    for card, one in zip(together, made, strict=True):
        alone = scorecard(network, TASK, inputs, one, seed=5)
        for name, mark in card.marks.items():
            if mark.value is not None:
                assert mark.value == pytest.approx(alone.marks[name].value, rel=1e-4, abs=1e-6), name
            if mark.random is not None:
                assert mark.random == pytest.approx(alone.marks[name].random, rel=1e-4, abs=1e-6)
    assert network.training, "it was given back as it was"


def test_the_same_seed_gives_the_same_card_and_moves_no_global_generator() -> None:
    network, inputs = plain(1), images(1, 1, 8)
    (made,) = explain_batch(network, TASK, inputs, targets=[None], method="saliency")
    before = torch.random.get_rng_state()
    cards = [scorecard(network, TASK, inputs, made, seed=seed) for seed in (0, 0, 1)]
    assert cards[0] == cards[1] != cards[2]
    assert torch.equal(before, torch.random.get_rng_state())


def test_methods_that_take_a_minute_are_run_again_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    network, inputs = plain(1), images(1, 1, 8)
    (made,) = explain_batch(network, TASK, inputs, targets=[None], method="saliency")
    entry = registry("explainer")["saliency"]
    slow = entry.model_copy(update={"facts": {**entry.facts, "cost": "minute"}})
    monkeypatch.setattr("cnnlab.explain.grading.scorecard.method_entry", lambda _: slow)
    assert scorecard(network, TASK, inputs, made).marks["sensitivity"] == Mark(None, missing="slow")
    assert scorecard(network, TASK, inputs, made, slow_too=True).marks["sensitivity"].value is not None


def test_options_are_those_that_the_map_was_made_with() -> None:
    network, inputs = plain(1), images(1, 1, 8)
    (made,) = explain_batch(network, TASK, inputs, targets=[None], method="saliency", options={"abs": False})
    right = scorecard(network, TASK, inputs, made, options={"abs": False}).marks["sensitivity"].value
    wrong = scorecard(network, TASK, inputs, made).marks["sensitivity"].value
    assert right is not None
    assert wrong is not None
    assert right < wrong


def test_progress_is_heard_and_can_end_it() -> None:
    network, inputs = plain(1), images(1, 1, 8)
    (made,) = explain_batch(network, TASK, inputs, targets=[None], method="saliency")
    heard: list[tuple[str, int, int]] = []
    scorecard(network, TASK, inputs, made, progress=lambda *told: heard.append(told))
    assert {phase for phase, _, _ in heard} == {"progress.scoring"}
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)
    assert heard[-1][1:] == (8, 8)
    assert len(heard) > 8, "a score that takes long is heard too"

    def enough(phase: str, done: int, total: int) -> None:
        if done == 2:
            raise InterruptedError

    hooks = [len(module._forward_hooks) for module in network.modules()]
    with pytest.raises(InterruptedError):
        scorecard(network, TASK, inputs, made, progress=enough)
    assert hooks == [len(module._forward_hooks) for module in network.modules()]
    assert network.training


def test_beats_counts_what_both_have_and_knows_which_way_is_better() -> None:
    marks = {
        "deletion": Mark(0.2, 0.3, 0.1),
        "insertion": Mark(0.2, 0.1, 0.2),
        "sensitivity": Mark(0.1),
        "sparsity": Mark(None, 0.3, 0.4, "flat"),
    }
    card = Card("saliency", 0, marks)
    assert card.beats("random") == Beaten(2, 2)
    assert card.beats("edges") == Beaten(0, 2)
    worse = replace(card, marks={**marks, "deletion": Mark(0.4, 0.3, 0.1)})
    assert worse.beats("random") == Beaten(1, 2)


def test_controls_are_three_random_maps_and_the_edges() -> None:
    maps = control_maps(noise(), seed=4)
    assert maps.shape == (4, SIDE, SIDE)
    assert len({each.tobytes() for each in maps}) == 4
    np.testing.assert_array_equal(maps, control_maps(noise(), seed=4))


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution_for_many_values() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    found = estimate(values.tolist())
    half = 1.96 * values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)
    assert found.count == 400
    assert estimate(values.tolist()) == found
    assert estimate(values.tolist(), seed=1) != found


def test_the_interval_of_little_is_none() -> None:
    assert estimate([2.0, None]) == estimate([2.0])
    assert (estimate([2.0]).mean, estimate([2.0]).low) == (2.0, None)
    assert (estimate([None]).mean, estimate([]).count) == (None, 0)
    assert (estimate([1.0, 1.0]).low, estimate([1.0, 1.0]).high) == (1.0, 1.0)


@pytest.mark.parametrize(("language", "small", "usual"), [("en", "3.1e-5", "-0.312"), ("es", "3,1e-5", "-0,312")])
def test_a_small_score_is_not_written_as_nothing(language: str, small: str, usual: str) -> None:
    assert words.written(3.14e-5, language) == small
    assert words.written(-0.3123, language) == usual
    assert words.written(0.0, language).strip("0.,") == ""
