"""Which samples are picked, and in which order."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.selection import PICKS, select

COLUMNS = {
    "label": [0, 0, 1, 1, 2],
    "prediction": [0, 1, 1, 0, 0],
    "probability": [0.9, 0.6, 0.5, 0.8, 0.7],
}


@pytest.mark.parametrize(
    ("pick", "places"),
    [
        ("any", [0, 1, 2, 3, 4]),
        ("right", [0, 2]),
        ("wrong", [1, 3, 4]),
        ("mistakes", [3, 4, 1]),
        ("unsure", [2, 1, 4, 3, 0]),
    ],
)
def test_picks(pick: str, places: list[int]) -> None:
    assert select(COLUMNS, pick) == places


def test_one_true_class() -> None:
    assert select(COLUMNS, "any", true_class=1) == [2, 3]
    assert select(COLUMNS, "mistakes", true_class=1) == [3]
    assert select(COLUMNS, "right", true_class=2) == []


def test_an_unknown_pick_says_which_there_are() -> None:
    with pytest.raises(LabError) as caught:
        select(COLUMNS, "best")
    assert caught.value.problem.code == "unknown_pick"
    assert all(pick in caught.value.problem.params["known"] for pick in PICKS)
