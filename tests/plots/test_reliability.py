"""The reliability diagram: a bar a bin at its place, in per cent, and the line of perfect calibration."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.evaluation.calibration import calibration
from cnnlab.plots.palette import DARK, LIGHT, Palette
from cnnlab.plots.reliability import Words, reliability


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_bars_and_line(colours: Palette) -> None:
    found = calibration(np.array([True, False, True]), np.array([0.95, 0.95, 0.3]), bins=10)
    figure = reliability(found.bins, Words("sure", "right", "perfect", "images"), colours, "es")
    bars, line = figure.data
    assert list(bars.x) == pytest.approx([25, 95])
    assert list(bars.y) == pytest.approx([100, 50])
    assert list(bars.width) == pytest.approx([10, 10])
    assert [images for images, _ in bars.customdata] == [1, 2]
    assert list(line.x) == list(line.y) == [0, 100]
    assert (bars.name, line.name) == ("right", "perfect")
