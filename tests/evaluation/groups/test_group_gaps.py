"""Groups: against scikit-learn and SciPy, and cases with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from scipy.stats.contingency import association
from sklearn import metrics

from cnnlab.evaluation.groups import fairness, gaps, words
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.evaluation.groups.intervals import wilson
from cnnlab.evaluation.judged import Judged


def judged(labels: list[int] | np.ndarray, predictions: list[int] | np.ndarray, classes: int = 3) -> Judged:
    labels, predictions = np.asarray(labels, np.int64), np.asarray(predictions, np.int64)
    shares = np.full((len(labels), classes), 0.2 / (classes - 1), np.float32)
    shares[np.arange(len(labels)), predictions] = 0.8
    names = tuple(f"class {k}" for k in range(classes))
    return Judged(names, [f"{i}.png" for i in range(len(labels))], labels, predictions, shares)


def drawn(seed: int, images: int = 400) -> tuple[Judged, Grouping]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, images)
    predictions = np.where(rng.random(images) < 0.7, labels, rng.integers(0, 3, images))
    grouping = Grouping("camera", "column", ("a", "b", "c"), rng.integers(-1, 3, images))
    return judged(labels, predictions), grouping


@pytest.mark.parametrize("seed", range(5))
def test_each_metric_is_scikit_learns_of_each_group(seed: int) -> None:
    said, grouping = drawn(seed)
    for metric in gaps.METRICS:
        found = gaps.gaps(said, grouping, grouping.codes, metric, positive=1, draws=20)
        for group in found.groups:
            chosen = grouping.codes == grouping.groups.index(group.name)
            labels, predictions = said.labels[chosen], said.predictions[chosen]
            expected = {
                "accuracy": metrics.accuracy_score(labels, predictions),
                "f1_macro": metrics.f1_score(labels, predictions, average="macro"),
                "log_loss": metrics.log_loss(labels, said.probabilities[chosen], labels=[0, 1, 2]),
                "tpr": metrics.recall_score(labels == 1, predictions == 1),
                "fpr": 1 - metrics.recall_score(labels != 1, predictions != 1),
            }[metric]
            assert group.value == pytest.approx(expected, rel=1e-5)
            assert group.low is not None
            assert group.high is not None
            assert group.low <= expected <= group.high
        assert found.without == int((grouping.codes < 0).sum())


@pytest.mark.parametrize(("hits", "number"), [(0, 12), (7, 30), (30, 30), (411, 1000)])
def test_the_interval_is_wilsons(hits: int, number: int) -> None:
    expected = binomtest(hits, number).proportion_ci(method="wilson")
    assert wilson(hits, number) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_equalised_odds_are_the_largest_differences_of_rates(seed: int) -> None:
    said, grouping = drawn(seed, images=900)
    found = fairness.odds(said, grouping.codes, 3, positive=2)
    rates = []
    for group in range(3):
        chosen = grouping.codes == group
        is_class, told = said.labels[chosen] == 2, said.predictions[chosen] == 2
        rates.append((metrics.recall_score(is_class, told), metrics.recall_score(~is_class, told)))
    tpr, fpr = np.ptp(np.array(rates), axis=0)
    assert found.equal_opportunity == pytest.approx(tpr)
    assert found.false_positives == pytest.approx(fpr)
    assert found.equalised_odds == pytest.approx(max(tpr, fpr))


def test_a_group_that_is_failed_is_found_and_the_words_say_so() -> None:
    labels = np.tile([0, 1, 2], 60)
    codes = np.repeat([0, 1], 90)
    predictions = np.where((codes == 1) & (np.arange(180) % 2 == 0), (labels + 1) % 3, labels)
    grouping = Grouping("camera", "column", ("new", "old"), codes)
    found = gaps.gaps(judged(labels, predictions), grouping, codes)
    assert found.gap == pytest.approx(0.5)
    assert found.real
    assert found.worst is not None
    assert found.worst.name == "old"
    assert found.p_within is not None
    assert found.p_within < 0.05
    said = words.sentences(found, "en")
    assert "hardly comes by chance" in said[0]
    assert "within classes the gap remains" in said[1]


def test_a_gap_that_only_comes_from_the_classes_is_said_to() -> None:
    """The second group holds more of the class that is never recognised."""
    labels = np.array([0] * 90 + [1] * 10 + [0] * 10 + [1] * 90)
    codes = np.repeat([0, 1], 100)
    found = gaps.gaps(judged(labels, np.zeros(200, int)), Grouping("g", "column", ("a", "b"), codes), codes)
    assert found.real
    assert found.p_within == 1.0
    assert "may explain it" in words.sentences(found, "en")[1]


def test_nothing_is_called_real_more_often_than_it_may() -> None:
    called = 0
    for seed in range(100):
        said, grouping = drawn(seed, images=300)
        called += gaps.gaps(said, grouping, grouping.codes, within_classes=False, draws=200, seed=seed).real
    assert called <= 10  # 5 expected; more than 10 in about 1 of 100 such tests, and the seeds are fixed


def test_small_groups_are_named_and_count_in_no_gap() -> None:
    codes = np.array([0] * 40 + [1] * 40 + [2] * 5)
    labels = np.zeros(85, int)
    predictions = np.where(codes == 2, 1, labels)
    found = gaps.gaps(judged(labels, predictions), Grouping("g", "column", ("a", "b", "c"), codes), codes)
    assert found.gap == 0.0
    assert found.groups[-1].name == "c"
    assert found.groups[-1].too_small
    assert any("too small to tell" in line for line in words.sentences(found, "en"))
    lonely = gaps.gaps(judged(labels[:50], labels[:50]), Grouping("g", "column", ("a", "b"), codes[:50]), codes[:50])
    assert lonely.gap is None
    assert not lonely.real


def test_several_groupings_are_corrected_together_the_largest_gap_first() -> None:
    found = [gaps.Gaps(str(i), "column", "accuracy", (), 0, gap, p, p, None)
             for i, (gap, p) in enumerate([(0.1, 0.04), (0.3, 0.01), (None, 1.0)])]  # fmt: skip
    ordered = gaps.corrected(found)
    assert [one.grouping for one in ordered] == ["1", "0", "2"]
    assert [one.adjusted for one in ordered] == [0.02, 0.04, 1.0]


def test_classes_in_their_worst_groups() -> None:
    labels = np.array([0] * 80 + [1] * 80)
    codes = np.tile(np.repeat([0, 1], 40), 2)
    predictions = labels.copy()
    predictions[40:60] = 1  # half of class 0 in the second group
    found = fairness.worst_by_class(judged(labels, predictions), codes, 2)
    assert (found[0].label, found[0].group, found[0].share, found[0].images) == (0, 1, 0.5, 40)
    assert found[0].recall == pytest.approx(0.75)


def test_cramers_v_tells_a_planted_shortcut() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 2000)
    same = fairness.cross_table(labels, labels, 4, 4)
    assert fairness.cramers_v(same) == pytest.approx(1.0, abs=1e-9)
    assert fairness.cramers_v(fairness.cross_table(labels, rng.integers(0, 4, 2000), 4, 4)) == pytest.approx(
        0, abs=0.05
    )
    half = fairness.cross_table(labels, np.where(rng.random(2000) < 0.5, labels, rng.integers(0, 4, 2000)), 4, 4)
    # of so many samples the correction for chance is small
    assert fairness.cramers_v(half) == pytest.approx(association(half), abs=0.01)
    assert fairness.cramers_v(same[:1]) is None
