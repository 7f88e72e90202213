"""Confident learning on numbers whose answer is known, and wrong labels that were planted."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.evaluation.label_issues import label_issues

# two classes; thresholds are (0.9 + 0.8 + 0.1) / 3 = 0.6 for class 0 and (0.7 + 0.9 + 0.8) / 3 = 0.8 for class 1
LABELS = np.array([0, 0, 0, 1, 1, 1])
FIRST = np.array([0.9, 0.8, 0.1, 0.3, 0.1, 0.2])
PROBABILITIES = np.stack([FIRST, 1 - FIRST], axis=1)


def test_thresholds_joint_and_scores_by_hand() -> None:
    found = label_issues(LABELS, PROBABILITIES)
    assert found.thresholds.tolist() == pytest.approx([0.6, 0.8])
    # the third sample, labelled 0, reaches class 1's threshold; the fourth, with 0.7 for 1, reaches none
    assert found.likely.tolist() == [0, 0, 1, -1, 1, 1]
    assert found.joint.tolist() == [[2, 1], [0, 2]]
    assert found.suspected.tolist() == [False, False, True, False, False, False]
    assert found.ranked() == [2]
    assert found.self_confidence.tolist() == pytest.approx([0.9, 0.8, 0.1, 0.7, 0.9, 0.8])
    assert found.margin.tolist() == pytest.approx([0.9, 0.8, 0.1, 0.7, 0.9, 0.8])  # two classes: p - (1 - p), halved
    assert found.calibrated().tolist() == [[2.0, 1.0], [0.0, 3.0]]
    assert found.share == pytest.approx(1 / 6)


def test_of_several_classes_above_their_threshold_the_most_probable_counts() -> None:
    probabilities = np.array([[0.3, 0.35, 0.35], [0.3, 0.4, 0.3], [0.3, 0.25, 0.45]])
    found = label_issues(np.array([0, 1, 2]), probabilities)
    assert found.thresholds.tolist() == pytest.approx([0.3, 0.4, 0.45])
    assert found.likely.tolist() == [0, 1, 2]
    assert found.margin.tolist() == pytest.approx([(0.3 - 0.35 + 1) / 2, (0.4 - 0.3 + 1) / 2, (0.45 - 0.3 + 1) / 2])


def test_a_class_without_samples_is_nobody_s_true_class() -> None:
    probabilities = np.array([[0.2, 0.1, 0.7], [0.1, 0.2, 0.7]])
    found = label_issues(np.array([0, 1]), probabilities)
    assert np.isnan(found.thresholds[2])
    assert not found.suspected.any()
    assert found.share == 0


def test_samples_without_a_label_are_left_out() -> None:
    labels = np.append(LABELS, -1)
    found = label_issues(labels, np.vstack([PROBABILITIES, [[0.99, 0.01]]]))
    assert found.thresholds.tolist() == pytest.approx([0.6, 0.8])
    assert np.isnan(found.self_confidence[-1])
    assert not found.suspected[-1]


@pytest.mark.parametrize("shape", [(0, 3), (2, 1)])
def test_nothing_to_suspect(shape: tuple[int, int]) -> None:
    found = label_issues(np.zeros(shape[0], np.int64), np.ones(shape))
    assert found.ranked() == []
    assert found.share == 0


def test_planted_wrong_labels_come_first() -> None:
    generator = np.random.default_rng(0)
    true = generator.integers(0, 5, 1000)
    logits = generator.normal(size=(1000, 5))
    logits[np.arange(1000), true] += 4
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = true.copy()
    planted = generator.choice(1000, 50, replace=False)
    labels[planted] = (true[planted] + generator.integers(1, 5, 50)) % 5
    found = label_issues(labels, probabilities)
    first = found.ranked()[:50]
    assert np.isin(first, planted).mean() > 0.9
    assert found.share == pytest.approx(0.05, abs=0.02)
