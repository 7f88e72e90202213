"""What to do next about a network's mistakes: at most two sentences, the most telling first. By stated rules.

- "none": there are no mistakes.
- "weak": more than a tenth of all labels are suspected, which says more of the network than of the labels.
- "labels": else, a mistake's label may be wrong (see ``label_issues``): to be looked at before anything else.
- "pair": at least three mistakes, and at least a fifth of all, take one class for one other.
- "class": at least three mistakes, and at least two fifths of all, are of one true class.
- "sure": the median confidence of the mistakes is at least 0.9.  "close": it is below 0.6.
- "spread": none of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnlab.evaluation.confusion import confusion, worst_pairs
from cnnlab.evaluation.judged import Judged

AT_LEAST = 3
PAIR_SHARE, CLASS_SHARE = 0.2, 0.4
SUSPECTED_SHARE = 0.1
SURE, CLOSE = 0.9, 0.6
MOST = 2

KINDS = ("none", "weak", "labels", "pair", "class", "sure", "close", "spread")


@dataclass(frozen=True)
class Advice:
    """``kind``: below "mistakes.advice." in the catalogue. Classes by their numbers, where it is about any."""

    kind: str
    count: int = 0  # of the mistakes it is about; "weak": of the suspected labels
    total: int = 0  # of all mistakes; "weak": of the test images
    share: float = 0.0  # a confidence, where it is about one
    true_class: int | None = None
    predicted_class: int | None = None


def advice(judged: Judged) -> list[Advice]:
    total = int(judged.wrong.sum())
    if total == 0:
        return [Advice("none")]
    rules = (_labels, _pair, _class, _confidence)
    found = [said for rule in rules if (said := rule(judged, total)) is not None]
    return found[:MOST] or [Advice("spread", total, total)]


def _labels(judged: Judged, total: int) -> Advice | None:
    suspected = int(judged.issues.suspected.sum())
    if suspected > SUSPECTED_SHARE * len(judged):
        return Advice("weak", suspected, len(judged))
    count = int((judged.issues.suspected & judged.wrong).sum())
    return Advice("labels", count, total) if count else None


def _pair(judged: Judged, total: int) -> Advice | None:
    counts = confusion(judged.labels.tolist(), judged.predictions.tolist(), len(judged.names))
    worst = worst_pairs(counts, 1)[0]
    if worst.count < AT_LEAST or worst.count < PAIR_SHARE * total:
        return None
    return Advice("pair", worst.count, total, true_class=worst.label, predicted_class=worst.prediction)


def _class(judged: Judged, total: int) -> Advice | None:
    counts = np.bincount(judged.labels[judged.wrong], minlength=len(judged.names))
    worst = int(counts.argmax())
    if counts[worst] < AT_LEAST or counts[worst] < CLASS_SHARE * total:
        return None
    return Advice("class", int(counts[worst]), total, true_class=worst)


def _confidence(judged: Judged, total: int) -> Advice | None:
    median = float(np.median(judged.confidence[judged.wrong]))
    if median >= SURE:
        return Advice("sure", total, total, share=median)
    return Advice("close", total, total, share=median) if median < CLOSE else None
