"""Metrics against scikit-learn on random predictions, intervals against drawing images one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from cnnlab.evaluation.quality import quality
from cnnlab.evaluation.ranking import auroc, ranks

# of the last two, some classes have no image
SIZES = [(2, 30), (3, 200), (10, 500), (40, 300), (60, 90), (8, 12)]
CASES = [(seed, classes, images) for seed, (classes, images) in enumerate(SIZES * 3)]


def drawn_case(seed: int, classes: int, images: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities that know something of them, rounded so that there are ties."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, images)
    scores = rng.normal(size=(images, classes))
    scores[np.arange(images), labels] += 1.0
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return labels, np.round(probabilities, 2 if seed % 2 else 6)


def normalised(probabilities: np.ndarray) -> np.ndarray:
    clipped = np.clip(probabilities, 1e-12, None)
    return np.asarray(clipped / clipped.sum(1, keepdims=True))


def top_five(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Of scikit-learn with the true class before those that are as probable, as ours has it."""
    nudged = probabilities.copy()
    nudged[np.arange(len(labels)), labels] += 1e-9
    return float(metrics.top_k_accuracy_score(labels, nudged, k=5, labels=range(probabilities.shape[1])))


@pytest.mark.parametrize(("seed", "classes", "images"), CASES)
def test_metrics_are_those_of_scikit_learn(seed: int, classes: int, images: int) -> None:
    labels, probabilities = drawn_case(seed, classes, images)
    predictions = probabilities.argmax(1)
    there = np.unique(labels)
    found = {name: one.value for name, one in quality(labels, probabilities, draws=2).metrics.items()}
    macro = {"labels": there, "average": "macro", "zero_division": 0}
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(labels, predictions))
    assert found["balanced_accuracy"] == pytest.approx(metrics.recall_score(labels, predictions, **macro))
    assert found["precision_macro"] == pytest.approx(metrics.precision_score(labels, predictions, **macro))
    assert found["f1_macro"] == pytest.approx(metrics.f1_score(labels, predictions, **macro))
    assert found["mcc"] == pytest.approx(metrics.matthews_corrcoef(labels, predictions))
    one_hot = np.eye(classes)[labels]
    assert found["brier"] == pytest.approx(np.square(probabilities - one_hot).sum(1).mean())
    of_truth = np.maximum(probabilities[np.arange(images), labels], 1e-12)
    assert found["log_loss"] == pytest.approx(-np.log(of_truth).mean())
    assert found["log_loss"] == pytest.approx(
        metrics.log_loss(labels, normalised(probabilities), labels=range(classes)), rel=0.05
    )
    if classes > 5:
        assert found["top5_accuracy"] == pytest.approx(top_five(labels, probabilities), abs=1e-9)
    areas = [metrics.roc_auc_score(labels == k, probabilities[:, k]) for k in there]
    precisions = [metrics.average_precision_score(labels == k, probabilities[:, k]) for k in there]
    assert found["auroc"] == pytest.approx(np.mean(areas))
    assert found["auprc"] == pytest.approx(np.mean(precisions))


@pytest.mark.parametrize(("seed", "classes", "images"), CASES[1:3])
def test_classes_are_those_of_scikit_learn(seed: int, classes: int, images: int) -> None:
    labels, probabilities = drawn_case(seed, classes, images)
    report = metrics.classification_report(labels, probabilities.argmax(1), output_dict=True, zero_division=0)
    for k, one in enumerate(quality(labels, probabilities, draws=2).classes):
        said = report[str(k)]
        assert one.support == said["support"]
        assert (one.precision or 0.0) == pytest.approx(said["precision"])
        assert (one.recall, one.f1) == (pytest.approx(said["recall"]), pytest.approx(said["f1-score"]))


def test_top_five_counts_what_is_among_the_first_five() -> None:
    probabilities = np.array([[0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05]] * 3)
    found = quality(np.array([0, 4, 5]), probabilities, draws=2).metrics["top5_accuracy"]
    assert found.value == pytest.approx(2 / 3)
    assert "top5_accuracy" not in quality(np.array([0, 1]), np.eye(5)[:2], draws=2).metrics


@pytest.mark.parametrize("name", ["accuracy", "f1_macro", "mcc", "log_loss", "brier", "auroc", "auprc"])
def test_intervals_are_those_of_images_drawn_one_by_one(name: str) -> None:
    labels, probabilities = drawn_case(6, 3, 150)
    found = quality(labels, probabilities, draws=1500).metrics[name]
    rng = np.random.default_rng(9)
    places = (rng.integers(0, 150, 150) for _ in range(400))
    values = [quality(labels[p], probabilities[p], draws=2).metrics[name].value for p in places]
    low, high = np.quantile(values, [0.025, 0.975])
    assert found.low is not None
    assert found.high is not None
    width = high - low
    assert (found.low, found.high) == (pytest.approx(low, abs=0.2 * width), pytest.approx(high, abs=0.2 * width))
    assert found.low <= found.value <= found.high


def test_a_class_without_images_and_one_never_predicted() -> None:
    probabilities = np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.6, 0.4, 0.0]])
    found = quality(np.array([0, 0, 1]), probabilities, draws=20)
    absent, missed = found.classes[2], found.classes[1]
    assert (absent.support, absent.precision, absent.recall, absent.f1, absent.auroc) == (0, None, None, None, None)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    assert found.metrics["balanced_accuracy"].value == pytest.approx(0.5)


def test_images_without_a_label_are_left_out() -> None:
    labels, probabilities = drawn_case(1, 3, 60)
    marked = labels.copy()
    marked[:20] = -1
    found = quality(marked, probabilities, draws=2)
    assert found.images == 40
    assert found.metrics["accuracy"].value == pytest.approx((labels == probabilities.argmax(1))[20:].mean())
    with pytest.raises(ValueError, match="no image"):
        quality(np.full(3, -1), probabilities[:3])


def test_one_class_alone_has_no_ranks() -> None:
    assert not ranks(np.array([0.1, 0.4]), np.array([True, True])).has_both
    assert "auroc" not in quality(np.zeros(4, int), np.eye(2)[[0, 0, 1, 0]].astype(float), draws=2).metrics
    assert auroc(ranks(np.array([0.5, 0.5]), np.array([True, False]))) == 0.5


@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_none_is_no_certainty(right: bool) -> None:
    """Draws of such images are all alike, and an interval without width would claim to know the figure exactly."""
    labels = np.repeat([0, 1], 12)
    said = labels if right else 1 - labels
    found = quality(labels, np.eye(2)[said] * 0.8 + 0.1, draws=50).metrics
    ends = binomtest(24 * right, 24).proportion_ci(method="wilson")
    assert (found["accuracy"].low, found["accuracy"].high) == (pytest.approx(ends.low), pytest.approx(ends.high))
    for name in ("balanced_accuracy", "f1_macro", "mcc", "auroc", "auprc"):
        assert found[name].value == (1.0 if right else found[name].value)
        assert found[name].low is None, name
