"""Labels that may be wrong, by what a network says of samples it has not learned from.

Confident learning (Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 70): a class has a threshold, the mean probability that it gets where it is the label; a sample counts as class j
where j's probability reaches j's threshold (the most probable of those that do). The confident joint counts samples
by label and by that class. What lies off its diagonal is suspected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Shares = NDArray[np.float64]

NONE = -1  # no class reaches its threshold


@dataclass(frozen=True)
class LabelIssues:
    """For N samples and C classes. Samples without a label (-1) are never suspected; their scores are NaN."""

    self_confidence: Shares  # [N] the probability of the label: near 0 is suspicious
    margin: Shares  # [N] normalised margin in [0, 1]: below 0.5 another class is more probable than the label
    likely: Labels  # [N] the class that a sample confidently counts as; -1: none
    suspected: NDArray[np.bool_]  # [N]
    thresholds: Shares  # [C]; NaN where no sample has the class as its label
    joint: Labels  # [C, C] counts, row = label, column = the class it counts as
    counts: Labels  # [C] samples by label

    def ranked(self) -> list[int]:
        """The suspected samples, the lowest normalised margin first."""
        places = np.flatnonzero(self.suspected)
        return [int(place) for place in places[np.lexsort((places, self.margin[places]))]]

    @property
    def share(self) -> float:
        """The estimated share of wrong labels: the joint's rows scaled to the labels' counts, off the diagonal."""
        total = self.counts.sum()
        return 0.0 if total == 0 else float(1 - np.trace(self.calibrated()) / total)

    def calibrated(self) -> Shares:
        """[C, C] counts: each row of the joint scaled to how many samples have that label (equation 2)."""
        rows = self.joint.sum(1, keepdims=True)
        return np.where(rows > 0, self.joint / np.maximum(rows, 1), np.eye(len(rows))) * self.counts[:, None]


def label_issues(labels: Labels, probabilities: NDArray[np.floating]) -> LabelIssues:
    """``labels``: [N], -1 where unknown; ``probabilities``: [N, C] of samples that were not trained on."""
    shares = np.asarray(probabilities, np.float64)
    count, classes = shares.shape
    labels = np.asarray(labels, np.int64)
    known = (labels >= 0) & (labels < classes)
    given = np.where(known, labels, 0)
    own = np.where(known, shares[np.arange(count), given], np.nan)
    per_class = np.bincount(given[known], minlength=classes)
    sums = np.bincount(given[known], weights=own[known], minlength=classes)
    thresholds = np.where(per_class > 0, sums / np.maximum(per_class, 1), np.nan)
    likely = _likely(shares, thresholds)
    counted = known & (likely != NONE)
    joint = np.bincount(given[counted] * classes + likely[counted], minlength=classes * classes)
    return LabelIssues(
        self_confidence=own,
        margin=_margins(shares, given, own),
        likely=likely,
        suspected=counted & (likely != labels),
        thresholds=thresholds,
        joint=joint.reshape(classes, classes),
        counts=per_class,
    )


def _likely(shares: Shares, thresholds: Shares) -> Labels:
    """[N] the most probable class among those whose threshold is reached."""
    reached = shares >= np.where(np.isfinite(thresholds), thresholds, np.inf) - 1e-12
    best = np.where(reached, shares, -1.0).argmax(1)
    return np.where(reached.any(1), best, NONE)


def _margins(shares: Shares, given: Labels, own: Shares) -> Shares:
    """[N] (p(label) - the largest other probability + 1) / 2."""
    others = shares.copy()
    others[np.arange(len(given)), given] = -np.inf
    largest = others.max(1, initial=0.0)
    return (own - largest + 1) / 2
