"""A class of a run against the rest: the threshold of least cost on validation, and what it comes to on test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.quality import Measured
from cnnlab.evaluation.thresholds.choice import HALF, Costs, Outcome, best, outcome, saving

if TYPE_CHECKING:
    from cnnlab.evaluation.judged import Judged


@dataclass(frozen=True)
class Against:
    """[N] of the images whose label is known: the probability of the class, and whether they are of it."""

    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]
    places: NDArray[np.int64]  # where they stand in the split


@dataclass(frozen=True)
class Chosen:
    threshold: float
    validation: Outcome
    test: Outcome
    half: Outcome  # at 0.5, on test
    change: Measured  # cost of an image on test, less that at 0.5


def against(judged: Judged, number: int) -> Against:
    """Class ``number`` against the rest."""
    places = np.flatnonzero(judged.known)
    return Against(judged.probabilities[places, number].astype(np.float64), judged.labels[places] == number, places)


def choose(validation: Against, test: Against, costs: Costs, threshold: float | None = None) -> Chosen:
    """``threshold``: instead of the one of least cost on validation.

    Raises ``LabError``: "cost_out_of_range", "threshold_out_of_range", "one_kind_only" where the validation split has
    none of the class, or nothing else; "no_label_known".
    """
    _check(costs, threshold)
    for split, one in (("validation", validation), ("test", test)):
        if not len(one.scores):
            raise LabError("no_label_known", field=split, value=split)
    if threshold is None and (validation.positive.all() or not validation.positive.any()):
        raise LabError("one_kind_only", value=len(validation.positive))
    at = best(validation.scores, validation.positive, costs) if threshold is None else threshold
    return Chosen(
        at,
        outcome(validation.scores, validation.positive, at, costs),
        outcome(test.scores, test.positive, at, costs),
        outcome(test.scores, test.positive, HALF, costs),
        saving(test.scores, test.positive, (HALF, at), costs),
    )


def _check(costs: Costs, threshold: float | None) -> None:
    for field, value in (("--false-alarm", costs.false_alarm), ("--miss", costs.miss)):
        if not (math.isfinite(value) and 0 <= value <= 1e9):
            raise LabError("cost_out_of_range", field=field, value=value)
    if threshold is not None and not 0 <= threshold <= 1:
        raise LabError("threshold_out_of_range", field="--threshold", value=threshold)


def usual_class(names: Sequence[str]) -> int:
    """Of two classes the second, which is what a single output speaks for; of more the first."""
    return 1 if len(names) == 2 else 0
