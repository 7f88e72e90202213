"""A metric by group, how far the groups are apart, and whether that is more than chance.

Chance is what remains when the groups are dealt out to the images anew (permutation test, Phipson & Smyth 2010: p is
(1 + draws with a gap as large) / (1 + draws)). Dealt out within each class, it tells a gap that only comes from groups
holding other classes. Several groupings are corrected by Holm. Groups with fewer than FEWEST images count in no gap.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation import margins
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.evaluation.groups.intervals import mean_interval, wilson
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.margins import Margins
from cnnlab.evaluation.paired import LEVEL, holm
from cnnlab.evaluation.quality import SMALLEST

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FEWEST = 30  # images that a group needs before it is said to be better or worse
DRAWS = 1000
METRICS = ("accuracy", "f1_macro", "log_loss", "tpr", "fpr")
OF_A_CLASS = ("tpr", "fpr")
LESS_IS_BETTER = ("log_loss", "fpr")


@dataclass(frozen=True)
class Group:
    """``images``: those that the metric is of; ``None`` where there are none. ``low``, ``high``: 95 %."""

    name: str
    images: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def too_small(self) -> bool:
        return self.images < FEWEST


@dataclass(frozen=True)
class Gaps:
    """``groups`` from the worst to the best, those too small last; the gap is between the first and the last large."""

    grouping: str
    kind: str
    metric: str
    groups: tuple[Group, ...]
    without: int  # images that are in no group
    gap: float | None  # None: fewer than two groups are large enough
    p_value: float
    adjusted: float  # Holm's, over the groupings that were looked at together
    p_within: float | None  # groups dealt out within each class; None: not asked for

    @property
    def large(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if not group.too_small)

    @property
    def worst(self) -> Group | None:
        return self.large[0] if self.gap is not None else None

    @property
    def best(self) -> Group | None:
        return self.large[-1] if self.gap is not None else None

    @property
    def real(self) -> bool:
        return self.gap is not None and self.adjusted < LEVEL


def gaps(
    judged: Judged,
    grouping: Grouping,
    codes: Codes,
    metric: str = "accuracy",
    *,
    positive: int = 0,
    within_classes: bool = True,
    draws: int = DRAWS,
    seed: int = 0,
) -> Gaps:
    """``codes`` [N]: the groups of the samples of ``judged``; ``positive``: the class of "tpr" and "fpr"."""
    chosen = _counted(judged, metric, positive)
    within = codes[chosen]
    there = within >= 0
    subset = np.flatnonzero(chosen)[there]
    within = within[there]
    count = len(grouping.groups)
    by_group = _measure(judged, subset, metric, positive, count)
    sizes = np.bincount(within, minlength=count)
    values = by_group(within)
    rng = np.random.default_rng(seed)
    rows = [_group(judged, subset[within == g], grouping.groups[g], metric, positive, values[g], rng)
            for g in range(count)]  # fmt: skip
    sign = 1 if metric in LESS_IS_BETTER else -1
    ordered = sorted(rows, key=lambda row: (row.too_small, -sign * (row.value if row.value is not None else 0.0)))
    large = sizes >= FEWEST
    found = Gaps(grouping.name, grouping.kind, metric, tuple(ordered), int((codes < 0).sum()), None, 1.0, 1.0, None)
    if large.sum() < 2:
        return found
    gap = float(np.ptp(values[large]))
    p = _p_value(by_group, within, large, gap, draws, rng)
    p_within = None
    if within_classes:
        p_within = _p_value(by_group, within, large, gap, draws, rng, strata=judged.labels[subset])
    return dataclasses.replace(found, gap=gap, p_value=p, adjusted=p, p_within=p_within)


def corrected(found: Sequence[Gaps]) -> list[Gaps]:
    """Holm's correction over all of them; the largest gap first, those without one last."""
    tested = [one for one in found if one.gap is not None]
    adjusted = holm([one.p_value for one in tested])
    known = [dataclasses.replace(one, adjusted=p) for one, p in zip(tested, adjusted, strict=True)]
    return [*sorted(known, key=lambda one: -(one.gap or 0.0)), *(one for one in found if one.gap is None)]


def _counted(judged: Judged, metric: str, positive: int) -> NDArray[np.bool_]:
    """The samples that the metric is of."""
    if metric == "tpr":
        return judged.known & (judged.labels == positive)
    if metric == "fpr":
        return judged.known & (judged.labels != positive)
    return judged.known


def _each(judged: Judged, subset: Codes, metric: str, positive: int) -> Floats:
    """[n] what the metric is the mean of."""
    if metric == "accuracy":
        return judged.right[subset].astype(np.float64)
    if metric == "log_loss":
        share = judged.probabilities[subset, judged.labels[subset]].astype(np.float64)
        return -np.log(np.maximum(share, SMALLEST))
    return (judged.predictions[subset] == positive).astype(np.float64)


def _measure(judged: Judged, subset: Codes, metric: str, positive: int, groups: int) -> Callable[[Codes], Floats]:
    """From the group of each sample of ``subset`` to the metric [groups]; 0 of an empty group."""
    if metric == "f1_macro":
        return lambda codes: margins.f1_macro(_margins(judged, subset, codes, groups))
    each = _each(judged, subset, metric, positive)

    def means(codes: Codes) -> Floats:
        sizes = np.bincount(codes, minlength=groups)
        found: Floats = np.bincount(codes, weights=each, minlength=groups) / np.maximum(sizes, 1)
        return found

    return means


def _margins(judged: Judged, subset: Codes, codes: Codes, groups: int) -> Margins:
    classes = len(judged.names)
    labels, predictions = judged.labels[subset], judged.predictions[subset]
    right = labels == predictions
    parts = ((codes[right], labels[right]), (codes, labels), (codes, predictions))
    flat = [np.bincount(c * classes + k, minlength=groups * classes) for c, k in parts]
    sums = [one.reshape(groups, classes).astype(np.float64) for one in flat]
    sums[1][sums[1].sum(1) == 0, 0] = 1.0  # an empty group: as if one image were wrong, which nobody is shown
    return Margins(*sums)


def _p_value(
    by_group: Callable[[Codes], Floats],
    codes: Codes,
    large: NDArray[np.bool_],
    gap: float,
    draws: int,
    rng: np.random.Generator,
    strata: Codes | None = None,
) -> float:
    as_large = 0
    order = None if strata is None else np.argsort(strata, kind="stable")
    for _ in range(draws):
        if order is None or strata is None:
            dealt = rng.permutation(codes)
        else:
            dealt = np.empty_like(codes)
            dealt[order] = codes[np.argsort(strata + rng.random(len(codes)))]
        as_large += bool(np.ptp(by_group(dealt)[large]) >= gap - 1e-12)
    return (1 + as_large) / (1 + draws)


def _group(
    judged: Judged, subset: Codes, name: str, metric: str, positive: int, value: float, rng: np.random.Generator
) -> Group:
    if not len(subset):
        return Group(name, 0, None, None, None)
    if metric == "f1_macro":
        counts = np.zeros((len(judged.names),) * 2, dtype=np.int64)
        np.add.at(counts, (judged.labels[subset], judged.predictions[subset]), 1)
        drawn = margins.f1_macro(margins.drawn(counts, 1000, rng))
        low, high = (float(end) for end in np.quantile(drawn, [0.025, 0.975]))
        return Group(name, len(subset), float(value), low, high)
    each = _each(judged, subset, metric, positive)
    low, high = mean_interval(each, rng) if metric == "log_loss" else wilson(int(each.sum()), len(each))
    return Group(name, len(subset), float(value), low, high)
