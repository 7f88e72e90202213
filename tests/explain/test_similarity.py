"""Spearman and SSIM of maps, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.explain.sanity.similarity import similarity, spearman, ssim


def test_spearman_sees_order_and_nothing_else() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert spearman(values, values**3) == pytest.approx(1)
    assert spearman(values, -values) == pytest.approx(-1)
    assert spearman(values, np.ones((3, 4))) == 0


def test_equal_values_share_their_mean_rank() -> None:
    """Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: covariance 4.5, over the root of 4.5 * 5."""
    found = spearman(np.array([[1.0, 2.0, 2.0, 3.0]]), np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert found == pytest.approx(4.5 / np.sqrt(4.5 * 5))


def test_ssim_is_one_for_the_same_and_small_for_noise() -> None:
    random = np.random.default_rng(0)
    first, second = random.random((2, 24, 24))
    assert ssim(first, first) == pytest.approx(1)
    assert abs(ssim(first, second)) < 0.1
    assert ssim(first[:5, :5], first[:5, :5]) == pytest.approx(1)  # smaller than the window


def test_ssim_of_one_window_by_the_formula() -> None:
    """Two flat maps: only the means differ."""
    a, b, c1 = 0.2, 0.6, 0.01**2
    assert ssim(np.full((7, 7), a), np.full((7, 7), b)) == pytest.approx((2 * a * b + c1) / (a * a + b * b + c1))


def test_a_map_with_opposite_signs_is_at_the_same_places() -> None:
    values = np.random.default_rng(1).normal(size=(9, 9)).astype(np.float32)
    found = similarity(values, -3 * values)
    assert (found.absolute, found.signed, found.ssim) == pytest.approx((1, -1, 1))
