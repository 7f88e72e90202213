"""The samples behind a number: which they are, in which order, and the words that name them."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.confusion import by_confusion, confusion, most_confused
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.picks import BARS, bars, histogram, losses, parse, places
from tests.evaluation.judging import NAMES, judged


def picked(word: str, found: Judged | None = None) -> list[int]:
    return places(found or judged(), parse(word, len(NAMES))).tolist()


def test_the_order_is_that_of_looking() -> None:
    assert picked("class-0") == [
        2,
        3,
        1,
        0,
    ]  # mistakes first, the surest of them first; then hits, the least sure first
    assert picked("cell-0-1") == [2, 3]
    assert picked("cell-2-0") == []
    assert picked("unsure")[0] == 5
    assert picked("losses")[:2] == [2, 5]
    assert picked("wrong-18") == [2]  # 0.95 is the upper end of a bar
    assert picked("right-17") == [6, 0] or picked("right-17") == [0, 6]


@pytest.mark.parametrize("seed", range(5))
def test_bars_and_cells_share_out_every_labelled_sample(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(4), 200).astype(np.float32)
    labels = rng.integers(-1, 4, 200)
    found = Judged(
        ("a", "b", "c", "d"), [str(i) for i in range(200)], labels, shares.argmax(1).astype(np.int64), shares
    )
    known = set(np.flatnonzero(labels >= 0).tolist())
    right, wrong = histogram(found)
    assert right.sum() + wrong.sum() == len(known)
    every = [f"{kind}-{bar}" for kind in ("right", "wrong") for bar in range(BARS)]
    in_bars = [place for word in every for place in places(found, parse(word, 4)).tolist()]
    assert sorted(in_bars) == sorted(known)
    assert [len(places(found, parse(f"right-{bar}", 4))) for bar in range(BARS)] == right.tolist()
    counts = confusion(labels.tolist(), found.predictions.tolist(), 4)
    for true in range(4):
        assert len(places(found, parse(f"class-{true}", 4))) == counts[true].sum()
        for predicted in range(4):
            assert len(places(found, parse(f"cell-{true}-{predicted}", 4))) == counts[true, predicted]
    assert set(places(found, parse("losses", 4)).tolist()) == known
    assert np.isnan(losses(found)[labels < 0]).all()
    assert bars(found).min() >= 0


@pytest.mark.parametrize(
    "word", ["", "class", "class-3", "class--1", "cell-1", "cell-0-9", "right-20", "mist", "x" * 99]
)
def test_what_names_nothing_is_refused(word: str) -> None:
    with pytest.raises(LabError) as refused:
        parse(word, len(NAMES))
    assert refused.value.problem.code == "unknown_images"


def test_a_pick_is_its_word() -> None:
    for word in ("class-2", "cell-0-1", "right-19", "losses"):
        assert parse(word, 3).word == word


def test_the_most_confused_class_comes_first() -> None:
    counts = np.array([[5, 0, 0], [0, 2, 3], [1, 0, 4]])
    assert by_confusion(counts) == [2, 1, 0]


def test_the_map_of_many_classes_holds_the_worst_pairs() -> None:
    counts = np.diag(np.full(6, 9))
    counts[4, 1], counts[0, 5], counts[2, 3] = 5, 3, 1
    assert most_confused(counts, 4) == [4, 1, 0, 5]
    assert most_confused(counts, 5) == [4, 1, 0, 5]  # a pair is there whole or not at all
    assert most_confused(np.diag([3, 3, 3]), 2) == [0, 1]
