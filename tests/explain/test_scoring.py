"""Scores over a batch: means, intervals, what is beaten by more than chance, and the table that says it."""

from __future__ import annotations

import csv
import io
import shlex
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cnnlab.cli.arguments import build_parser
from cnnlab.errors import LabError
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.explain import explain_batch
from cnnlab.explain.grading import table as score_table
from cnnlab.explain.grading import words as score_words
from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.explain.grading.scorecard import Beaten, Card, Mark, scorecard
from cnnlab.explain.grading.scoring import Line, Plan, Scored, _beaten, check, chosen, methods_to_score, score_images
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from tests.explain.linear import linear
from tests.explain.networks import images, plain

COUNT, SIDE = 11, 8


def model() -> TrainedModel:
    nothing: Any = None
    return TrainedModel(nothing, nothing, plain(1), Classification())


def columns(labels: str, predictions: str, sure: list[float]) -> dict[str, list[Any]]:
    return {"label": [int(c) for c in labels], "prediction": [int(c) for c in predictions], "probability": sure}


def test_a_line_is_the_mean_of_the_cards_of_its_images() -> None:
    subject, inputs = model(), images(COUNT, 1, SIDE)
    masks = np.zeros((COUNT, SIDE, SIDE), bool)
    masks[:, 2:5, 2:5] = True
    plan = Plan(("grad_cam", "saliency"), seed=3, options={"saliency": {"abs": False}})
    heard: list[tuple[str, int, int]] = []
    lines = score_images(subject, inputs, plan, masks=masks, progress=lambda *told: heard.append(told))
    assert [(line.name, line.is_control) for line in lines] == [
        ("grad_cam", False), ("saliency", False), ("random", True), ("edges", True),
    ]  # fmt: skip
    for place, line in enumerate(lines[:2]):
        method = plan.methods[place]
        options = plan.options.get(method)
        made = explain_batch(
            subject.network, subject.task, inputs, targets=[None] * COUNT, method=method, options=options
        )
        for name in ("deletion", "road", "energy_inside", "sensitivity"):
            values = [
                scorecard(
                    subject.network, subject.task, inputs[i : i + 1], one, mask=masks[i], options=options, seed=3 + i
                ).marks[name].value
                for i, one in enumerate(made)
            ]  # fmt: skip
            assert line.estimates[name].count == COUNT
            assert line.estimates[name].mean == pytest.approx(np.mean(values), rel=1e-3, abs=1e-6), name
    random = lines[2]
    assert random.estimates["sparsity"].mean == pytest.approx(1 / 3, abs=0.03), "of uniform noise"
    assert random.estimates["energy_inside"].mean == pytest.approx(9 / 64, abs=0.02)
    assert random.estimates["sensitivity"].count == 0
    assert {phase for phase, _, _ in heard} == {"progress.scoring"}
    assert heard[-1][1:] == (COUNT * 10, COUNT * 10)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_the_same_plan_gives_the_same_table() -> None:
    inputs = images(3, 1, SIDE)
    plan = Plan(("saliency",))
    assert score_images(model(), inputs, plan) == score_images(model(), inputs, plan)
    assert score_images(model(), inputs, plan) != score_images(model(), inputs, replace(plan, seed=9))


def test_exact_contributions_beat_random_maps_in_every_score_but_never_themselves() -> None:
    weights = torch.zeros(1, SIDE, SIDE)
    weights[0, 2:4, 5:7] = 4.0
    nothing: Any = None
    subject = TrainedModel(nothing, nothing, linear(weights, mean=0.2), Classification())
    inputs = images(12, 1, SIDE) // 4
    inputs[:, :, 2:4, 5:7] = 255
    (exact, *_) = score_images(subject, inputs, Plan(("saliency",)))
    assert exact.beats["random"] == Beaten(5, 5)
    assert exact.estimates["infidelity"].mean == pytest.approx(0, abs=1e-6)
    assert exact.missing == {"pointing_game": "mask", "energy_inside": "mask"}


def test_a_mean_that_may_be_chance_beats_nothing() -> None:
    def card(difference: float) -> Card:
        return Card("saliency", 0, {"insertion": Mark(0.5 + difference, 0.5, 0.5), "sensitivity": Mark(0.1)})

    sure = [card(difference) for difference in (0.1, 0.2, 0.15, 0.1)]
    unsure = [card(difference) for difference in (0.5, -0.4, 0.3, -0.2)]
    assert _beaten(sure, "random", 0) == Beaten(1, 1)
    assert _beaten(unsure, "random", 0) == Beaten(0, 1)
    assert _beaten(sure[:1], "edges", 0) == Beaten(1, 1), "of one image there is no interval"
    assert _beaten([card(0.0)], "edges", 0) == Beaten(0, 1)


def test_images_are_drawn_by_the_seed_and_ordered_picks_keep_their_first() -> None:
    stored = columns("0" * 50 + "1" * 50, "0" * 40 + "1" * 60, [i / 100 for i in range(100)])
    plan = Plan(("saliency",), images=10)
    first = chosen(stored, plan)
    assert len(first) == len(set(first)) == 10
    assert list(first) == sorted(first)
    assert chosen(stored, plan) == first != chosen(stored, replace(plan, seed=1))
    assert chosen(stored, replace(plan, pick="mistakes", images=3)) == (49, 48, 47)
    assert chosen(stored, replace(plan, pick="wrong")) == tuple(range(40, 50))
    assert set(chosen(stored, replace(plan, true_class=1))) <= set(range(50, 100))
    assert chosen(stored, replace(plan, images=1000)) == tuple(range(100))
    with pytest.raises(LabError) as caught:
        chosen(stored, replace(plan, pick="wrong", true_class=1))
    assert caught.value.problem.code == "nothing_to_score"


def test_without_names_the_instant_methods_are_scored_and_all_means_all_that_suit() -> None:
    network = plain(1)
    instant, everything = methods_to_score([], network), methods_to_score(["all"], network)
    assert {"grad_cam", "saliency"} <= set(instant) < set(everything)
    assert all(registry("explainer")[name].facts["cost"] == "instant" for name in instant)
    assert methods_to_score(["saliency", "grad_cam", "saliency"], network) == ("saliency", "grad_cam")
    with pytest.raises(LabError):
        methods_to_score(["salience"], network)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan(("saliency",), images=0), "too_small"),
        (Plan(("saliency",), images=100_000), "too_large"),
        (Plan(("saliency",), layer="conv1"), "layer_not_taken"),
        (Plan(("saliency",), options={"saliency": {"abs": "perhaps"}}), "not_a_boolean"),
    ],
)
def test_what_can_not_be_scored_is_refused_before_anything_is_computed(plan: Plan, code: str) -> None:
    with pytest.raises(LabError) as caught:
        check(plan)
    assert caught.value.problem.code == code


def line(name: str, mean: float | None, *, control: bool = False) -> Line:
    empty = Estimate(None, None, None, 0)
    estimates = dict.fromkeys(registry("score"), empty)
    estimates["deletion"] = Estimate(mean, None if mean is None else mean - 0.1, None if mean is None else 0.9, 4)
    beats = {} if control else {"random": Beaten(1, 1), "edges": Beaten(0, 1)}
    return Line(name, control, estimates, beats)


LINES = [line("grad_cam", 0.5), line("saliency", None), line("lime", 0.25), line("random", 0.75, control=True)]


def test_a_table_is_sorted_the_best_first_and_what_has_no_score_last() -> None:
    names = [each.name for each in score_table.ordered(LINES, "deletion")]
    assert names == ["lime", "grad_cam", "random", "saliency"]
    assert score_table.ordered(LINES, None) == LINES
    with pytest.raises(LabError, match="deletion"):
        score_table.ordered(LINES, "deletions")
    assert score_table.scores_with_values(LINES) == ["deletion"]


def test_csv_has_a_row_a_line_and_empty_cells_for_what_is_missing() -> None:
    rows = list(csv.DictReader(io.StringIO(score_table.csv_text(LINES))))
    assert [row["method"] for row in rows] == ["grad_cam", "saliency", "lime", "random"]
    assert (rows[0]["deletion"], rows[0]["deletion_low"], rows[0]["deletion_high"]) == ("0.5", "0.4", "0.9")
    assert rows[1]["deletion"] == rows[0]["road"] == rows[3]["beats_random"] == ""
    assert (rows[0]["beats_random"], rows[0]["of_edges"], rows[3]["control"]) == ("1", "1", "1")


@pytest.mark.parametrize(("language", "written"), [("en", "0.500 (0.400–0.900)"), ("es", "0,500 (0,400–0,900)")])
def test_numbers_are_written_for_the_reader(language: str, written: str) -> None:
    assert score_words.interval(LINES[0].estimates["deletion"], language) == written
    assert score_words.interval(LINES[1].estimates["deletion"], language) == "–"
    assert score_words.won(LINES[0], "random") == "1/1"
    assert score_words.won(LINES[3], "random") == "–"
    assert score_words.heading("deletion", language).endswith(" ↓")


def test_the_command_of_a_plan_is_that_plan() -> None:
    plan = Plan(("grad_cam", "saliency"), 16, "wrong", 1, "conv1", {"saliency": {"abs": False}}, slow_too=True, seed=7)
    words = shlex.split(score_table.command_of(plan, "a" * 32, ("cat", "a dog; rm"), "road"))
    assert words[:3] == ["python", "-m", "cnnlab"]
    given = build_parser("en").parse_args(words[3:])
    assert (given.run, given.methods, given.images, given.pick) == ("a" * 32, "grad_cam,saliency", 16, "wrong")
    assert (given.true_class, given.layer, given.seed, given.slow) == ("a dog; rm", "conv1", 7, True)
    assert (given.set, given.sort) == (["saliency.abs=false"], "road")


def test_json_says_what_the_table_was_made_from() -> None:
    plan = Plan(("grad_cam",), options={"grad_cam": {"relu_attributions": True}})
    values = score_table.as_dict(Scored(plan, (3, 5), tuple(LINES)), LINES, "b" * 32)
    assert values["images"] == [3, 5]
    assert values["options"] == {"grad_cam": {"relu_attributions": True}}
    first = values["methods"][0]
    assert first["scores"]["deletion"] == {"mean": 0.5, "low": 0.4, "high": 0.9, "count": 4}
    assert first["beats_random"] == {"won": 1, "of": 1}
    assert "beats_random" not in values["methods"][3]
