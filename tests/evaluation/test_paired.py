"""Whether a difference on the same images is real: against scipy, by hand, and over simulated pairs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from cnnlab.evaluation import paired
from tests.benchmarks.difference import PLAN, called_real


@pytest.mark.parametrize("sides", [(0, 1), (5, 5), (12, 3), (3, 12), (0, 40), (250, 200), (4000, 3900)])
def test_mcnemar_is_the_exact_two_sided_binomial_test(sides: tuple[int, int]) -> None:
    assert paired.mcnemar(*sides) == pytest.approx(binomtest(sides[0], sum(sides), 0.5).pvalue, rel=1e-9)


def test_right_on_the_same_images_is_no_evidence() -> None:
    assert paired.mcnemar(0, 0) == 1.0


def test_the_interval_is_that_of_images_drawn_anew() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.random(400) < 0.9, rng.random(400) < 0.8
    (pair,) = paired.compare([first, second])
    each = first.astype(int) - second.astype(int)
    drawn = [each[rng.integers(0, 400, 400)].mean() for _ in range(20_000)]
    assert (pair.low, pair.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.005)
    assert pair.low < pair.difference < pair.high
    assert pair.difference == pytest.approx(first.mean() - second.mean())
    assert pair.only_first - pair.only_second == each.sum()


def test_holm_by_hand() -> None:
    """Holm 1979: the smallest times 3, the next times 2, never below the one before, never above 1."""
    assert paired.holm([0.02, 0.01, 0.6]) == pytest.approx([0.04, 0.03, 0.6])
    assert paired.holm([0.03, 0.02]) == pytest.approx([0.04, 0.04])
    assert paired.holm([0.9, 0.8]) == [1.0, 1.0]
    assert paired.holm([]) == []


def test_every_pair_is_compared_and_corrected_for_all() -> None:
    rng = np.random.default_rng(0)
    right = [rng.random(500) < accuracy for accuracy in (0.9, 0.6, 0.89)]
    pairs = paired.compare(right)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 1), (0, 2), (1, 2)]
    assert [pair.real for pair in pairs] == [True, False, True]
    assert all(pair.adjusted >= pair.p_value for pair in pairs)


@pytest.mark.parametrize("right", [[], [np.zeros(0, bool)] * 2, [np.zeros(3, bool), np.zeros(4, bool)]])
def test_other_images_are_refused(right: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="same images"):
        paired.compare(right)


def test_of_500_pairs_without_a_difference_hardly_any_is_called_real() -> None:
    assert called_real(PLAN, difference=0.0, pairs=500, seed=0) <= 0.07


def test_a_clear_difference_is_found_as_often_as_stated() -> None:
    """5 points at 1,000 images: the power that docs/benchmarks/difference.md states."""
    assert called_real(PLAN, difference=0.05, pairs=200, seed=1) > 0.9
