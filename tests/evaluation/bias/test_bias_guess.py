"""Guesses and dependence: against scikit-learn and SciPy, and where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association
from sklearn.metrics import balanced_accuracy_score
from sklearn.naive_bayes import CategoricalNB

from cnnlab.evaluation.bias import guess as guessing
from cnnlab.evaluation.bias.dependence import dependence
from cnnlab.evaluation.bias.guess import binned, guess


@pytest.mark.parametrize("seed", range(6))
def test_the_guess_is_scikit_learns_naive_bayes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, 500)
    codes = (labels[:, None] + rng.integers(0, 5, (500, 3))) % rng.integers(4, 8)
    asked = (rng.integers(0, 4, 200)[:, None] + rng.integers(0, 5, (200, 3))) % 4
    kinds = [int(max(codes[:, f].max(), asked[:, f].max())) + 1 for f in range(3)]
    model = CategoricalNB(alpha=1.0, class_prior=[0.25] * 4, min_categories=kinds).fit(codes, labels)
    scores = np.sort(model.predict_log_proba(asked), axis=1)
    clear = scores[:, -1] - scores[:, -2] > 1e-4  # of equal ones either is right
    found = guessing._naive_bayes(codes, labels, asked, 4)
    assert (found == model.predict(asked))[clear].all()
    assert clear.mean() > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_the_share_is_balanced_accuracy_and_lies_in_its_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, 600, p=[0.7, 0.2, 0.1])
    found = guess((labels + rng.integers(0, 2, 600))[:, None], labels, draws=99)
    assert found is not None
    assert found.share == pytest.approx(balanced_accuracy_score(labels, found.guessed))
    assert found.low <= found.share <= found.high
    assert found.chance == pytest.approx(1 / 3)


def test_blind_guesses_are_called_better_than_chance_as_seldom_as_stated() -> None:
    false = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        labels = rng.choice(3, 150, p=[0.6, 0.3, 0.1])
        found = guess(binned(rng.random((150, 2))), labels, draws=99, seed=seed)
        assert found is not None
        false += found.p_value < 0.05
    assert false / 300 <= 0.08


def test_what_gives_the_class_away_is_found_and_rare_classes_are_left_out() -> None:
    labels = np.repeat([0, 1, 2], [100, 40, guessing.FEWEST - 1])
    found = guess(labels[:, None], labels)
    assert found is not None
    assert found.share == 1.0
    assert found.skill == 1.0
    assert found.p_value == 0.001
    assert found.classes == 2
    assert (found.guessed[labels == 2] == -1).all()
    assert guess(labels[100:, None], labels[100:]) is None


def test_bins_hold_about_as_many_and_equal_numbers_share_one() -> None:
    values = np.random.default_rng(0).random((1600, 2))
    values[:, 1] = values[:, 1].round(1)
    codes = binned(values)
    counts = np.bincount(codes[:, 0])
    assert len(counts) == guessing.BINS
    assert counts.min() >= 95
    for number in np.unique(values[:, 1]):
        assert len(set(codes[values[:, 1] == number, 1])) == 1
    assert (binned(np.ones((10, 1))) == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_dependence_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 3, 400)
    columns = np.where(rng.random(400) < 0.1 * seed, rows, rng.integers(0, 4, 400))
    found = dependence(rows, columns, (3, 4), draws=999, seed=seed)
    chi2, p, _, expected = chi2_contingency(found.table, correction=False)
    assert found.expected == pytest.approx(expected)
    assert found.v is not None
    assert found.v <= association(found.table, method="cramer") + 1e-12
    # the p of 999 draws: four of its standard errors from the chi-squared distribution's, which is near at such counts
    assert abs(found.p_value - p) <= 4 * np.sqrt(max(p * (1 - p), 1e-3) / 999) + 2e-3
    assert chi2 > 0


def test_samples_without_a_group_are_left_out_and_one_group_can_depend_on_nothing() -> None:
    rows, columns = np.array([0, 0, 1, 1, -1]), np.array([0, 0, 0, -1, 0])
    found = dependence(rows, columns, (2, 1))
    assert found.table.sum() == 3
    assert found.v is None
    assert found.p_value == 1.0
