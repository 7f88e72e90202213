"""Counts of mistakes on numbers small enough to count by hand."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import confusion_matrix

from cnnlab.evaluation.confusion import Mistaken, confusion, rates, worst_pairs


def test_rows_are_true_classes() -> None:
    counts = confusion([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2], 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 1]]


def test_samples_without_a_label_are_left_out() -> None:
    assert confusion([-1, 0], [0, 0], 2).sum() == 1


def test_it_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    labels, predictions = random.integers(0, 7, 500), random.integers(0, 7, 500)
    expected = confusion_matrix(labels, predictions, labels=range(7))
    assert (confusion(labels.tolist(), predictions.tolist(), 7) == expected).all()
    normalized = confusion_matrix(labels, predictions, labels=range(7), normalize="true")
    np.testing.assert_allclose(rates(confusion(labels.tolist(), predictions.tolist(), 7)), normalized)


def test_an_absent_class_has_no_rates() -> None:
    shares = rates(confusion([0, 0], [0, 1], 3))
    assert shares[0].tolist() == [0.5, 0.5, 0.0]
    assert np.isnan(shares[1:]).all()


def test_the_worst_pairs_come_first() -> None:
    counts = np.array([[5, 2, 0], [2, 1, 0], [1, 0, 9]])
    pairs = worst_pairs(counts, 2)
    assert pairs == [Mistaken(1, 0, 2, 2 / 3), Mistaken(0, 1, 2, 2 / 7)]
    assert len(worst_pairs(counts, 10)) == 3
    assert worst_pairs(np.diag([3, 4]), 5) == []
