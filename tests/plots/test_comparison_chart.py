"""Overlaid curves of several runs: where the points lie, what marks them, and what they can be told apart by."""

from __future__ import annotations

import pytest

from cnnlab.plots import comparison
from cnnlab.plots.comparison import Line, Words
from cnnlab.plots.cues import DASHES, GLYPHS, PATHS, SAMPLE_WIDTH, sample
from cnnlab.plots.palette import DARK, LIGHT, cue

WORDS = Words("epoch", "Zoom", "Back")
RECORDS = [
    {"epoch": 1, "seconds": 30.0, "val_loss": 2.0, "best": True},
    {"epoch": 2, "seconds": 60.0},
    {"epoch": 3, "seconds": 30.0, "val_loss": float("nan"), "best": False},
    {"epoch": 4, "seconds": 60.0, "val_loss": 0.5, "best": True},
]


def test_by_epoch_and_by_minutes() -> None:
    assert comparison.curve(RECORDS, "val_loss", scale=10) == [(1, 20.0), (3, None), (4, 5.0)]
    assert comparison.curve(RECORDS, "val_loss", by_time=True) == [(0.5, 2.0), (2.0, None), (3.0, 0.5)]
    assert comparison.best_place(RECORDS, "val_loss") == 4
    assert comparison.best_place(RECORDS, "val_loss", by_time=True) == 3.0
    assert comparison.best_place(RECORDS[1:3], "val_loss") is None


def test_smoothing_has_no_pull_towards_zero_and_keeps_gaps() -> None:
    assert comparison.smoothed([(1, 4.0), (2, 4.0), (3, None), (4, 4.0)], 0.9) == [
        (1, pytest.approx(4.0)),
        (2, pytest.approx(4.0)),
        (3, None),
        (4, pytest.approx(4.0)),
    ]
    jump = [(1, 0.0), (2, 1.0)]
    assert comparison.smoothed(jump, 0.0) == jump
    assert comparison.smoothed(jump, 0.5)[1][1] == pytest.approx(0.5 / 0.75)


def test_the_kept_epoch_has_the_largest_symbol() -> None:
    option = comparison.overlaid([Line(0, "a", [(epoch, 1.0) for epoch in range(1, 41)], best=17)], LIGHT, WORDS)
    items = option["series"][0]["data"]
    assert [item["value"][0] for item in items if item.get("symbolSize")] == [17]
    assert 4 <= sum("symbol" not in item for item in items) <= 10


def test_a_log_scale_leaves_out_what_it_can_not_show() -> None:
    option = comparison.overlaid([Line(0, "a", [(1, 0.0), (2, 0.1)])], LIGHT, WORDS, log=True)
    assert [item["value"] for item in option["series"][0]["data"]] == [[1, None], [2, 0.1]]
    assert option["yAxis"]["type"] == "log"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_ten_runs_look_different(colours: object) -> None:
    lines = [Line(place, str(place), [(1, 1.0)]) for place in range(10)]
    series = comparison.overlaid(lines, colours, WORDS)["series"]  # type: ignore[arg-type]
    assert len({(one["lineStyle"]["color"], one["lineStyle"]["type"]) for one in series}) == 10
    assert len({one["symbol"] for one in series}) == 10


def test_every_cue_can_be_drawn_in_every_way() -> None:
    looks = [cue(place, LIGHT) for place in range(10)]
    assert {look.symbol for look in looks} == set(PATHS) == set(GLYPHS)
    assert {look.dash for look in looks} == set(DASHES)
    pictures = {sample(look) for look in looks}
    assert len(pictures) == 10
    assert all(picture.startswith("<svg") and f'width="{SAMPLE_WIDTH}"' in picture for picture in pictures)
