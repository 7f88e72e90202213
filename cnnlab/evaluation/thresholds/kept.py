"""The threshold that decides between a run's two classes: a file in its folder, for the weights it was chosen with.

It is a threshold of the network's own probability, so keeping a temperature or not changes no decision. Only what is
said of new images uses it: stored predictions and reported metrics stay those of the more probable class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnlab.errors import LabError
from cnnlab.evaluation.reading.kept import Kept

KEPT = "threshold.json"


@dataclass(frozen=True)
class Threshold:
    """Class ``number`` is said from the probability ``at`` on, below it the other one; above 1: never."""

    number: int
    at: float


def keep(folder: Path, threshold: Threshold, names: Sequence[str]) -> None:
    """``names``: of the run's classes. Raises ``LabError`` ("threshold_of_two_classes")."""
    if len(names) != 2:
        raise LabError("threshold_of_two_classes", field="--keep", value=len(names))
    _KEPT.keep(folder, {"class": threshold.number, "threshold": threshold.at})


def forget(folder: Path) -> None:
    _KEPT.forget(folder)


def kept(folder: Path) -> Threshold | None:
    """``None`` where none was kept, the file is damaged, or the run has learned on since."""
    return _KEPT.kept(folder)


def _read(stored: Mapping[str, Any]) -> Threshold | None:
    number, at = int(stored["class"]), float(stored["threshold"])
    return Threshold(number, at) if number in (0, 1) and math.isfinite(at) and at >= 0 else None


_KEPT = Kept(KEPT, _read)
