"""Curves and thresholds against scikit-learn and by trying every threshold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from cnnlab.evaluation.thresholds.choice import Costs, best, outcome, saving
from cnnlab.evaluation.thresholds.curves import GRID, curves, macro_roc, thinned


def _case(seed: int, number: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Scores with ties, positives somewhat higher."""
    rng = np.random.default_rng(seed)
    positive = rng.random(number) < rng.uniform(0.1, 0.7)
    scores = np.clip(rng.normal(0.4 + 0.25 * positive, 0.2), 0, 1)
    return np.round(scores, int(rng.integers(1, 6))), positive


@pytest.mark.parametrize("seed", range(10))
def test_the_curves_are_scikit_learns(seed: int) -> None:
    scores, positive = _case(seed)
    found = curves(scores, positive, draws=100)
    assert found is not None
    alarms, recall, thresholds = metrics.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_alarms, alarms)
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_allclose(found.thresholds, thresholds)
    precision, recalled, _ = metrics.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(found.precision[::-1], precision)
    np.testing.assert_allclose(found.recall[::-1], recalled)
    assert found.auroc.value == pytest.approx(metrics.roc_auc_score(positive, scores))
    assert found.auprc.value == pytest.approx(metrics.average_precision_score(positive, scores))
    assert found.auroc.low < found.auroc.value < found.auroc.high
    assert found.prevalence == pytest.approx(positive.mean())


def test_a_class_without_an_image_has_no_curve() -> None:
    assert curves(np.array([0.2, 0.8]), np.array([False, False])) is None
    assert curves(np.array([0.2, 0.8]), np.array([True, True])) is None


def test_the_mean_curve_lies_between_those_of_the_classes() -> None:
    found = [one for seed in range(3) if (one := curves(*_case(seed), draws=0))]
    mean = macro_roc(found)
    each = [np.interp(GRID, one.false_alarms, one.recall) for one in found]
    assert (mean <= np.max(each, axis=0) + 1e-12).all()
    assert (mean >= np.min(each, axis=0) - 1e-12).all()
    assert thinned(5).tolist() == [0, 1, 2, 3, 4]
    assert len(thinned(10_000)) == 400


@pytest.mark.parametrize("seed", range(12))
def test_no_threshold_is_cheaper_than_the_chosen_one(seed: int) -> None:
    scores, positive = _case(seed)
    rng = np.random.default_rng(seed)
    costs = Costs(*rng.uniform(0.1, 10, 2))
    chosen = best(scores, positive, costs)

    def cost(at: float) -> float:
        return costs.miss * (positive & (scores < at)).sum() + costs.false_alarm * (~positive & (scores >= at)).sum()

    every = [cost(at) for at in (0.0, *np.unique(scores), 1.1)]
    assert cost(chosen) == pytest.approx(min(every))
    assert outcome(scores, positive, chosen, costs).cost.value == pytest.approx(cost(chosen) / len(scores))


def test_extremes() -> None:
    scores, positive = np.array([0.2, 0.6, 1.0]), np.array([True, True, False])
    assert best(scores, positive, Costs(0.0, 1.0)) <= 0.2, "an alarm that costs nothing: always say it"
    assert best(scores, positive, Costs(1.0, 0.0)) > 1.0, "a miss that costs nothing: never say it"
    assert best(np.array([0.1, 0.9]), np.array([False, True]), Costs()) == 0.5
    assert best(np.array([0.1, 0.5]), np.array([False, True]), Costs()) == 0.5, "from its own score on"


def test_what_a_threshold_comes_to() -> None:
    scores, positive = _case(4)
    costs = Costs(1.0, 5.0)
    found = outcome(scores, positive, 0.4, costs)
    said = scores >= 0.4
    (tn, fp), (fn, tp) = metrics.confusion_matrix(positive, said)
    assert (found.rejections, found.false_alarms, found.misses, found.hits) == (tn, fp, fn, tp)
    assert found.precision == pytest.approx(metrics.precision_score(positive, said))
    assert found.recall == pytest.approx(metrics.recall_score(positive, said))
    assert found.specificity == pytest.approx(metrics.recall_score(~positive, ~said))
    assert found.cost.value == pytest.approx((fp + 5 * fn) / len(scores))
    assert found.cost.low < found.cost.value < found.cost.high
    never = outcome(scores, positive, 1.5, costs)
    assert never.precision is None
    other = outcome(scores, positive, 0.6, costs)
    changed = saving(scores, positive, (0.4, 0.6), costs)
    assert changed.value == pytest.approx(other.cost.value - found.cost.value)
    assert changed.low < changed.value < changed.high


def test_a_class_told_apart_in_every_draw_has_areas_without_an_interval() -> None:
    found = curves(np.array([0.1, 0.2, 0.7, 0.8] * 4), np.array([False, False, True, True] * 4))
    assert found is not None
    assert (found.auroc.value, found.auroc.low, found.auprc.value, found.auprc.low) == (1.0, None, 1.0, None)


def test_a_cost_that_every_image_has_alike_has_no_interval() -> None:
    """Nothing went wrong on four images: that does not make it certain that nothing ever will."""
    scores, positive = np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])
    found = outcome(scores, positive, 0.5, Costs())
    assert (found.cost.value, found.cost.low, found.cost.high) == (0.0, None, None)
    assert saving(scores, positive, (0.4, 0.6), Costs()).low is None
