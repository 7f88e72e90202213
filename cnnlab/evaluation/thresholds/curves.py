"""Receiver operating characteristic and precision-recall curves of a class against the rest, with their areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation import ranking
from cnnlab.evaluation.quality import RANK_DRAWS, Measured, measured

Floats = NDArray[np.float64]

GRID = np.linspace(0, 1, 201)  # of the false alarms at which curves of several classes are averaged


@dataclass(frozen=True)
class Curves:
    """A point a threshold, from one that says the class of no image to one that says it of all.

    ``thresholds`` [P] fall from infinity; an image counts as positive from its threshold on.
    """

    thresholds: Floats
    false_alarms: Floats  # [P] share of the negatives
    recall: Floats  # [P] share of the positives
    precision: Floats  # [P] 1 where nothing is said, as scikit-learn has it
    auroc: Measured
    auprc: Measured  # average precision
    prevalence: float  # share of positives: the precision of whoever guesses


def curves(scores: Floats, positive: NDArray[np.bool_], *, draws: int = RANK_DRAWS, seed: int = 0) -> Curves | None:
    """``scores`` and ``positive``: [N]. ``None`` where there are only positives, or none."""
    found = ranking.ranks(scores, positive)
    if not found.has_both:
        return None
    rng = np.random.default_rng(seed)
    weights = np.stack([ranking.drawn(len(scores), rng) for _ in range(draws)]) if draws else None
    ends = np.append(found.starts[1:], len(scores))
    right = np.concatenate([[0], np.cumsum(found.positive)])[np.append(0, ends)].astype(np.float64)
    said = np.append(0, ends).astype(np.float64)
    positives = int(found.positive.sum())
    precision = np.where(said > 0, right / np.maximum(said, 1), 1.0)
    thresholds = np.append(np.inf, scores[found.order][found.starts])
    return Curves(
        thresholds,
        (said - right) / (len(scores) - positives),
        right / positives,
        precision,
        _area(found, weights, "auroc"),
        _area(found, weights, "auprc"),
        positives / len(scores),
    )


def _area(found: ranking.Ranks, weights: ranking.Floats | None, name: str) -> Measured:
    value, of_draws = getattr(ranking, name)(found), getattr(ranking, f"{name}_drawn")
    if weights is None:
        return Measured(value)
    with np.errstate(invalid="ignore"):  # a draw without a positive says nothing
        areas = np.concatenate([of_draws(found, weights[start : start + 25]) for start in range(0, len(weights), 25)])
    return measured(value, areas)


def macro_roc(found: Sequence[Curves]) -> Floats:
    """[GRID] the mean recall of the classes at each share of false alarms."""
    mean: Floats = np.mean([np.interp(GRID, one.false_alarms, one.recall) for one in found], axis=0)
    return mean


def thinned(points: int, most: int = 400) -> NDArray[np.int64]:
    """Places of at most ``most`` of ``points`` points for drawing, both ends among them."""
    return np.unique(np.linspace(0, points - 1, min(points, most)).round().astype(np.int64))
