"""Which test images become cards, in which order, and which hit is the control of which mistake."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.mistakes import KINDS, Card, Filter, card_of, cards, controls
from tests.evaluation.judging import judged


def indexes(found: list[Card]) -> list[int]:
    return [card.index for card in found]


def test_mistakes_begin_with_the_most_confident() -> None:
    found = cards(judged(), "mistakes")
    assert indexes(found) == [2, 3, 5]
    first = found[0]
    assert (first.file, first.label, first.prediction, first.runner_up) == ("2.png", 0, 1, 0)
    assert (first.p_label, first.p_prediction, first.p_runner_up) == pytest.approx((0.03, 0.95, 0.03))
    assert first.margin == pytest.approx((0.03 - 0.95 + 1) / 2)
    assert not first.right
    assert first.classes == [1, 0]
    assert found[2].classes == [0, 1, 2]


def test_unsure_are_hits_and_the_least_confident_comes_first() -> None:
    assert indexes(cards(judged(), "unsure")) == [1, 4, 0, 6, 7]


def test_a_control_has_the_class_of_its_mistake_and_the_nearest_confidence() -> None:
    # mistake 2 (0.95) takes hit 0 (0.90), which leaves hit 1 to mistake 3; the only hit of class 1 goes to mistake 5
    assert controls(judged()) == {0: 2, 1: 3, 4: 5}
    found = cards(judged(), "controls")
    assert [(card.index, card.control_of) for card in found] == [(0, 2), (1, 3), (4, 5)]
    assert all(card.right for card in found)


def test_a_class_without_enough_hits_has_mistakes_without_a_control() -> None:
    rows = ((0, (0.1, 0.9)), (0, (0.2, 0.8)), (0, (0.7, 0.3)), (1, (0.9, 0.1)))
    assert controls(judged(rows, ("a", "b"))) == {2: 0}


def test_suspected_labels() -> None:
    found = cards(judged(), "labels")
    assert found
    assert all(card.suspected and card.likely not in (-1, card.label) for card in found)
    assert indexes(found)[0] == 2


def test_cards_are_filtered_by_class_confusion_and_review() -> None:
    states = {2: "ambiguous"}
    assert indexes(cards(judged(), "mistakes", only=Filter(true_class=0))) == [2, 3]
    assert indexes(cards(judged(), "mistakes", only=Filter(true_class=1, predicted_class=0))) == [5]
    assert indexes(cards(judged(), "mistakes", only=Filter(state="ambiguous"), states=states)) == [2]
    assert indexes(cards(judged(), "mistakes", only=Filter(state=""), states=states)) == [3, 5]
    assert indexes(cards(judged(), "controls", only=Filter(true_class=2))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_without_mistakes(kind: str) -> None:
    rows = ((0, (0.9, 0.1)), (1, (0.2, 0.8)), (-1, (0.9, 0.1)))
    assert indexes(cards(judged(rows, ("a", "b")), kind)) == ([1, 0] if kind == "unsure" else [])


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_split(kind: str) -> None:
    assert cards(judged(()), kind) == []


def test_one_class_has_no_runner_up() -> None:
    card = card_of(judged(((0, (1.0,)),), ("only",)), 0)
    assert (card.runner_up, card.classes) == (0, [0])


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(LabError) as unknown:
        cards(judged(), "wrong")
    assert unknown.value.problem.code == "unknown_cards"
    with pytest.raises(LabError) as outside:
        card_of(judged(), 8)
    assert outside.value.problem.code == "no_such_index"
