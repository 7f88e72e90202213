"""What is said of stored predictions, and of those that can't say it."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.evaluation.report import report, report_of
from cnnlab.home import Home
from tests.pages import made_runs


def test_metrics_classes_and_calibration_of_one_split() -> None:
    probabilities = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]]
    found = report({"label": [0, 1, 1, -1], "probabilities": probabilities})
    assert found is not None
    assert found.quality.images == 3
    assert found.quality.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert found.calibration.confidence == pytest.approx(np.mean([0.9, 0.8, 0.6]))
    said = found.as_dict(["a", "b"])
    assert [one["class"] for one in said["classes"]] == ["a", "b"]
    assert set(said["intervals"]["accuracy"]) == {"value", "low", "high"}


@pytest.mark.parametrize("columns", [{}, {"label": [0]}, {"label": [-1], "probabilities": [[1.0]]}])
def test_without_probabilities_or_labels_there_is_none(columns: dict[str, list]) -> None:
    assert report(columns) is None


def test_a_run_without_predictions_has_none(home: Home) -> None:
    assert report_of(made_runs.finished(home).folder) is None
