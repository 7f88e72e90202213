"""Cards of test images to learn from: confident mistakes, hits by a hair, controls, labels that may be wrong.

A control of a mistake is a right prediction of the same true class whose confidence is nearest to the mistake's. So
the two differ in the outcome, and neither in the class nor in how sure the network was. Each hit is the control of at
most one mistake; the most confident mistakes choose first.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.judged import Judged

KINDS = ("mistakes", "unsure", "controls", "labels")


@dataclass(frozen=True)
class Card:
    """One test image. ``index`` counts in the test split; classes are numbers; scores as in ``label_issues``."""

    index: int
    file: str
    label: int
    prediction: int
    runner_up: int  # the most probable class beside the prediction; the prediction itself where there is one class
    p_label: float
    p_prediction: float
    p_runner_up: float
    margin: float
    suspected: bool
    likely: int  # the class that it counts as by confident learning; -1: none
    control_of: int | None = None  # the index of the mistake

    @property
    def right(self) -> bool:
        return self.label == self.prediction

    @property
    def self_confidence(self) -> float:
        """The label's probability: how much of the label the network believes."""
        return self.p_label

    @property
    def classes(self) -> list[int]:
        """Those to explain, each once: predicted, true, runner-up."""
        return list(dict.fromkeys((self.prediction, self.label, self.runner_up)))


@dataclass(frozen=True)
class Filter:
    """``None`` lets everything pass. ``state``: of the review; "" are those without one."""

    true_class: int | None = None
    predicted_class: int | None = None
    state: str | None = None


def cards(
    judged: Judged, kind: str, *, only: Filter | None = None, states: Mapping[int, str] | None = None
) -> list[Card]:
    """Cards of ``kind`` that pass ``only``, in their order; ``states``: of reviews, by index.

    "mistakes": the most confident first. "unsure": hits, the least confident first. "controls": in the order of their
    mistakes. "labels": suspected labels, the lowest normalised margin first. Raises ``LabError`` ("unknown_cards").
    """
    if kind not in KINDS:
        raise LabError("unknown_cards", field="--kind", value=kind[:80], known=", ".join(KINDS))
    partners: Mapping[int, int] = {}
    if kind == "mistakes":
        places = _mistakes(judged)
    elif kind == "unsure":
        places = _ordered(np.flatnonzero(judged.right), judged.confidence)
    elif kind == "labels":
        places = judged.issues.ranked()
    else:
        partners = controls(judged)
        places = list(partners)
    kept = [place for place in places if _passes(judged, place, only or Filter(), states or {})]
    return [card_of(judged, place, control_of=partners.get(place)) for place in kept]


def card_of(judged: Judged, index: int, *, control_of: int | None = None) -> Card:
    """Raises ``LabError`` ("no_such_index")."""
    if not 0 <= index < len(judged):
        raise LabError("no_such_index", field="--index", value=index, limit=len(judged) - 1)
    shares, issues = judged.probabilities[index], judged.issues
    label, prediction = int(judged.labels[index]), int(judged.predictions[index])
    others = [place for place in np.argsort(-shares, kind="stable")[:2].tolist() if place != prediction]
    runner_up = int(others[0]) if others else prediction
    return Card(
        index=index,
        file=str(judged.files[index]),
        label=label,
        prediction=prediction,
        runner_up=runner_up,
        p_label=float(shares[label]) if judged.known[index] else float("nan"),
        p_prediction=float(shares[prediction]),
        p_runner_up=float(shares[runner_up]),
        margin=float(issues.margin[index]),
        suspected=bool(issues.suspected[index]),
        likely=int(issues.likely[index]),
        control_of=control_of,
    )


def controls(judged: Judged) -> dict[int, int]:
    """Hit -> its mistake, in the order of the mistakes. A class with fewer hits than mistakes has some without."""
    waiting = {
        number: _ordered(np.flatnonzero(judged.right & (judged.labels == number)), judged.confidence)
        for number in set(judged.labels[judged.wrong].tolist())
    }
    sure = {number: [float(judged.confidence[place]) for place in places] for number, places in waiting.items()}
    found: dict[int, int] = {}
    for mistake in _mistakes(judged):
        number = int(judged.labels[mistake])
        if not waiting[number]:
            continue
        at = _nearest(sure[number], float(judged.confidence[mistake]))
        found[waiting[number].pop(at)] = mistake
        sure[number].pop(at)
    return found


def _mistakes(judged: Judged) -> list[int]:
    return _ordered(np.flatnonzero(judged.wrong), -judged.confidence)


def _ordered(places: NDArray[np.int64], by: NDArray[np.float32]) -> list[int]:
    return [int(place) for place in places[np.lexsort((places, by[places]))]]


def _nearest(ascending: Sequence[float], value: float) -> int:
    """The place of the number that is nearest to ``value``; of two equally near, the lower."""
    after = bisect.bisect_left(ascending, value)
    near = [place for place in (after - 1, after) if 0 <= place < len(ascending)]
    return min(near, key=lambda place: (abs(ascending[place] - value), place))


def _passes(judged: Judged, place: int, only: Filter, states: Mapping[int, str]) -> bool:
    if only.true_class is not None and judged.labels[place] != only.true_class:
        return False
    if only.predicted_class is not None and judged.predictions[place] != only.predicted_class:
        return False
    return only.state is None or states.get(place, "") == only.state
