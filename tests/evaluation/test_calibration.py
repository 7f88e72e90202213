"""Calibration where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.evaluation.calibration import calibration


def test_by_hand() -> None:
    """Two bins: four images at 0.9 of which two are right, and one at 0.45 that is right."""
    found = calibration(np.array([1, 1, 0, 0, 1], bool), np.array([0.9, 0.9, 0.9, 0.9, 0.45]), bins=2)
    assert [(one.images, one.accuracy) for one in found.bins] == [(1, 1.0), (4, 0.5)]
    assert found.error == pytest.approx((4 * 0.4 + 0.55) / 5)
    assert found.largest == pytest.approx(0.55)


def test_a_network_as_sure_as_it_is_right_has_hardly_an_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1.0, 200_000)
    assert calibration(rng.random(200_000) < confidence, confidence).error < 0.01
    too_sure = calibration(rng.random(200_000) < confidence - 0.2, confidence)
    assert too_sure.error == pytest.approx(0.2, abs=0.01)


def test_the_ends_belong_to_the_first_and_the_last_bin() -> None:
    found = calibration(np.array([True, False, True]), np.array([0.0, 1.0, 0.5]), bins=2)
    assert [(one.low, one.images) for one in found.bins] == [(0.0, 2), (0.5, 1)]
    with pytest.raises(ValueError, match="no images"):
        calibration(np.zeros(0, bool), np.zeros(0))
