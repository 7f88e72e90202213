"""All that is said of a split's predictions: metrics with intervals, classes, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.calibration import Calibration, calibration
from cnnlab.evaluation.quality import Quality, quality
from cnnlab.evaluation.stored import stored_table

Make = Callable[[NDArray[np.int64], NDArray[np.floating[Any]]], "Report | None"]


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
    return report_on(np.asarray(columns["label"], np.int64), np.asarray(columns["probabilities"], np.float64))


def report_on(labels: NDArray[np.int64], probabilities: NDArray[np.floating[Any]]) -> Report | None:
    """``labels`` [N], -1 where unknown; ``probabilities`` [N, classes]. ``None`` where no image has a label."""
    known = labels >= 0
    if not known.any():
        return None
    shares = probabilities[known].astype(np.float64, copy=False)
    right = shares.argmax(1) == labels[known]
    return Report(quality(labels[known], shares), calibration(right, shares.max(1)))


def report_of(folder: Path, split: str = "test", *, make: Make = report_on) -> Report | None:
    """Of a split of the run in ``folder``; ``None`` too where its predictions are not there. ``make``: from its labels
    and probabilities.

    Raises ``RunError`` ("predictions_damaged", "unknown_split").
    """
    try:
        table = stored_table(folder, split, without=("file",))
    except FileNotFoundError:
        return None
    if not {"label", "probabilities"} <= set(table.column_names) or not len(table):
        return None
    labels = table["label"].to_numpy().astype(np.int64)
    shares = table["probabilities"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return make(labels, shares.reshape(len(labels), -1))
