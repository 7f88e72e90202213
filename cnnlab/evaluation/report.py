"""All that is said of a split's predictions: metrics with intervals, classes, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnlab.evaluation.calibration import Calibration, calibration
from cnnlab.evaluation.predictions import PREDICTIONS, read_predictions
from cnnlab.evaluation.quality import Quality, quality


@dataclass(frozen=True)
class Report:
    quality: Quality
    calibration: Calibration

    def as_dict(self, names: Sequence[str]) -> dict[str, Any]:
        """``names``: of the classes."""
        classes = [{"class": name, **asdict(one)} for name, one in zip(names, self.quality.classes, strict=True)]
        metrics = {name: asdict(one) for name, one in self.quality.metrics.items()}
        return {
            "images": self.quality.images,
            "intervals": metrics,
            "classes": classes,
            "calibration": asdict(self.calibration),
        }


def report(columns: Mapping[str, Sequence[Any]]) -> Report | None:
    """Of stored predictions; ``None`` where they have no probabilities of classes, or no image has a label."""
    if not {"label", "probabilities"} <= columns.keys():
        return None
    labels = np.asarray(columns["label"], np.int64)
    known = labels >= 0
    if not known.any():
        return None
    probabilities = np.asarray(columns["probabilities"], np.float64)[known]
    right = probabilities.argmax(1) == labels[known]
    return Report(quality(labels[known], probabilities), calibration(right, probabilities.max(1)))


def report_of(folder: Path) -> Report | None:
    """Of the test split of the run in ``folder``; ``None`` too where its predictions are not there."""
    path = folder / PREDICTIONS
    return report(read_predictions(path, without=("file",))) if path.is_file() else None
