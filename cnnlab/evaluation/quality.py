"""How good predictions are: metrics with bootstrap intervals, class by class, from what was stored of a split.

An interval is 95 % of the metric over images drawn anew with replacement (Efron 1979). Whatever needs only counts is
drawn as one multinomial over the cells of the confusion matrix, which is the same distribution; averages over images
and ranks use how often each image was drawn. Where every draw says the same (all images right, or none), drawing says
nothing of how sure that is: there is no interval then, and that of the accuracy is Wilson's (1927).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation import margins, ranking
from cnnlab.evaluation.confusion import confusion
from cnnlab.evaluation.groups.intervals import wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Areas = tuple[float, float]  # under the ROC and the precision-recall curve of one class

DRAWS = 1000
RANK_DRAWS = 300  # of what needs a sorting of all images: their intervals then move by a tenth of their width
RANKED_CLASSES = 30  # beyond them the metrics of ranks have no interval: each draw would rank every class anew
TOP = 5
_ROUNDING = 1e-6  # of areas in float32
SMALLEST = 1e-12  # a probability of 0 for what is true would make the log loss infinite


@dataclass(frozen=True)
class Measured:
    """``low`` and ``high``: 95 %; ``None`` where no interval was computed."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ClassQuality:
    """Of one class against the rest; ``None`` where it has no image, or was never predicted."""

    support: int
    precision: float | None
    recall: float | None
    f1: float | None
    auroc: float | None
    auprc: float | None


@dataclass(frozen=True)
class Quality:
    images: int
    metrics: dict[str, Measured]
    classes: tuple[ClassQuality, ...]


def quality(labels: Labels, probabilities: Floats, *, draws: int = DRAWS, seed: int = 0) -> Quality:
    """``labels`` [N] (images with -1 are left out), ``probabilities`` [N, classes].

    Macro averages are over the classes that have images. Raises ``ValueError`` where no image has a label.
    """
    known = labels >= 0
    labels, probabilities = labels[known], probabilities[known].astype(np.float64)
    if not len(labels):
        raise ValueError("no image has a label")
    classes = probabilities.shape[1]
    counts = confusion(labels.tolist(), probabilities.argmax(1).tolist(), classes)
    rng = np.random.default_rng(seed)
    metrics = _of_counts(counts, draws, rng) | _of_images(labels, probabilities, draws, rng)
    ranks = [ranking.ranks(probabilities[:, k], labels == k) for k in range(classes)]
    areas = [(ranking.auroc(one), ranking.auprc(one)) if one.has_both else None for one in ranks]
    metrics |= _of_ranks(ranks, areas, len(labels), draws, rng)
    return Quality(len(labels), metrics, tuple(_class(counts, areas[k], k) for k in range(classes)))


def _of_counts(counts: NDArray[np.int64], draws: int, rng: np.random.Generator) -> dict[str, Measured]:
    """Metrics of the confusion matrix alone."""
    value = {name: float(metric(margins.of(counts))[0]) for name, metric in margins.METRICS.items()}
    drawn = margins.drawn(counts, draws, rng)
    found = {name: measured(value[name], metric(drawn)) for name, metric in margins.METRICS.items()}
    if found["accuracy"].low is None:
        found["accuracy"] = Measured(value["accuracy"], *wilson(int(np.trace(counts)), int(counts.sum())))
    return found


def _of_images(labels: Labels, probabilities: Floats, draws: int, rng: np.random.Generator) -> dict[str, Measured]:
    """Means over images: top-5 accuracy, log loss, Brier score (the sum over classes: Brier 1950)."""
    number, classes = probabilities.shape
    of_truth = probabilities[np.arange(number), labels]
    each = {"log_loss": -np.log(np.maximum(of_truth, SMALLEST))}
    each["brier"] = 1 - 2 * of_truth + np.square(probabilities).sum(1)
    if classes > TOP:
        each["top5_accuracy"] = ((probabilities > of_truth[:, None]).sum(1) < TOP).astype(np.float64)
    values = np.stack(list(each.values()), axis=1)
    drawn = np.stack([ranking.drawn(number, rng) @ values / number for _ in range(draws)])
    return {name: measured(float(values[:, i].mean()), drawn[:, i]) for i, name in enumerate(each)}


def _of_ranks(
    ranks: list[ranking.Ranks], areas: Sequence[Areas | None], number: int, draws: int, rng: np.random.Generator
) -> dict[str, Measured]:
    """Each class against the rest, averaged over the classes for which there are both."""
    both = [one for one in ranks if one.has_both]
    if not both:
        return {}
    means = np.mean([one for one in areas if one is not None], axis=0)
    values = {"auroc": float(means[0]), "auprc": float(means[1])}
    if len(ranks) > RANKED_CLASSES:
        return {name: Measured(value) for name, value in values.items()}
    drawn = ranking.macro_drawn(both, number, min(draws, RANK_DRAWS), rng)
    return {name: measured(value, drawn[name]) for name, value in values.items()}


def measured(value: float, drawn: NDArray[np.floating[Any]]) -> Measured:
    """With the interval of ``drawn`` [draws]; without one where all draws say the same, but for rounding."""
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Measured(value, float(low), float(high)) if high - low > _ROUNDING else Measured(value)


def _class(counts: NDArray[np.int64], areas: Areas | None, k: int) -> ClassQuality:
    support, predicted, right = int(counts[k].sum()), int(counts[:, k].sum()), int(counts[k, k])
    return ClassQuality(
        support=support,
        precision=right / predicted if predicted else None,
        recall=right / support if support else None,
        f1=2 * right / (support + predicted) if support else None,
        auroc=areas[0] if areas else None,
        auprc=areas[1] if areas else None,
    )
