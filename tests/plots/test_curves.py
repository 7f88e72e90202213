"""Learning curves on numbers: what is drawn, and what is left out."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from cnnlab.plots import curves
from cnnlab.plots.palette import DARK, LIGHT, palette

WORDS = curves.Words("train", "validation", "epoch", "best: 2")


def records() -> list[dict[str, Any]]:
    return [
        {"epoch": 1, "train_loss": 1.0, "val_loss": 1.2, "val_accuracy": 0.5, "learning_rate": 0.1, "best": True},
        {"epoch": 2, "train_loss": 0.5, "val_loss": 0.8, "val_accuracy": 0.75, "learning_rate": 0.1, "best": True},
        {"epoch": 3, "train_loss": 0.2, "val_loss": None, "val_accuracy": math.nan, "learning_rate": 0.01},
    ]


def chart(metric: str, **changes: Any) -> dict[str, Any]:
    named = {"planned_epochs": 30, "best_epoch": 2, "words": WORDS, "palette": LIGHT, **changes}
    return curves.learning_curves(records(), metric, **named)


def test_metrics_are_those_of_the_records() -> None:
    assert curves.metric_names(records()) == ["accuracy", "loss"]
    assert curves.metric_names([{"epoch": 1, "val_mean_iou": 0.3, "train_box_loss": 1, "validity": 3}]) == [
        "mean_iou",
        "box_loss",
    ]
    names = ["val_loss", "val_accuracy", "val_f1_macro", "train_box_loss"]
    in_order = curves.metric_names([{"epoch": 1, **dict.fromkeys(names, 0.5)}])
    assert in_order == ["accuracy", "loss", "box_loss", "f1_macro"]
    assert curves.metric_names([]) == []


def test_what_is_no_number_is_a_gap() -> None:
    assert curves.points(records(), "val_loss") == [(1, 1.2), (2, 0.8), (3, None)]
    assert curves.points(records(), "val_accuracy", scale=100) == [(1, 50.0), (2, 75.0), (3, None)]
    assert curves.points(records(), "val_missing") == []


def test_training_is_dashed_and_muted_validation_solid_in_the_accent() -> None:
    train, validation = chart("loss")["series"]
    assert (train["name"], train["lineStyle"]["type"], train["lineStyle"]["color"]) == ("train", "dashed", LIGHT.muted)
    assert (validation["lineStyle"]["type"], validation["lineStyle"]["color"]) == ("solid", LIGHT.accent)


def test_the_x_axis_spans_the_planned_epochs_and_nothing_moves() -> None:
    option = chart("loss")
    assert (option["xAxis"]["min"], option["xAxis"]["max"], option["animation"]) == (1, 30, False)
    assert chart("loss", planned_epochs=1)["xAxis"]["max"] == 2  # an axis needs an extent


def test_a_dotted_line_marks_the_best_epoch() -> None:
    line = chart("loss")["series"][-1]["markLine"]
    assert line["data"] == [{"xAxis": 2}]
    assert line["lineStyle"]["type"] == "dotted"
    assert line["label"]["formatter"] == "best: 2"
    assert "align" not in chart("loss", best_epoch=20)["series"][-1]["markLine"]["label"]
    for epoch, side in ((1, "left"), (30, "right")):
        assert chart("loss", best_epoch=epoch)["series"][-1]["markLine"]["label"]["align"] == side
    assert "markLine" not in chart("loss", best_epoch=None)["series"][-1]


def test_a_metric_without_training_values_is_one_line() -> None:
    (only,) = chart("accuracy", scale=100)["series"]
    assert only["data"] == [[1, 50.0], [2, 75.0], [3, None]]
    assert only["markLine"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_short_lines_show_their_points(count: int) -> None:
    option = curves.single_curve(
        records()[:count], "learning_rate", name="rate", planned_epochs=5, x_axis="epoch", palette=DARK
    )
    assert option["series"][0]["showSymbol"] is (count < 3)
    assert option["yAxis"]["min"] == 0
    assert option["legend"]["show"] is False


def test_lines_over_time_begin_at_zero_minutes() -> None:
    lines = {"machine": [(0.0, 50.0), (0.5, 60.0)], "run": [(0.0, 90.0), (0.5, None)]}
    option = curves.time_curves(lines, x_axis="minutes", palette=DARK)
    assert [series["name"] for series in option["series"]] == ["machine", "run"]
    assert option["xAxis"]["min"] == 0
    assert [series["lineStyle"]["type"] for series in option["series"]] == ["solid", "dashed"]


def test_charts_are_plain_json() -> None:
    assert json.loads(json.dumps(chart("accuracy"), allow_nan=False))


def test_the_palette_follows_the_theme() -> None:
    assert palette("dark") is DARK
    assert palette("light") is palette(None) is LIGHT
