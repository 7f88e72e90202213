"""The temperature that fits a split's predictions, from the probabilities that were stored of them.

Log-probabilities are the logits but for a constant an image, so softmax(log p / T) is what softmax(logits / T) would
be. The loss is convex in 1 / T (its second derivative is a variance), so Newton's steps, kept within a bracket that
shrinks, find its minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shares = NDArray[np.floating[Any]]  # [N, C] probabilities

COLDEST, HOTTEST = 0.02, 50.0
_SMALLEST = float(np.finfo(np.float32).tiny)  # what a stored probability of 0 was at most
_STEPS = 60
_CLOSE = 1e-10  # of 1 / T
_ROWS = 8192  # images at once: 1,000 classes of them are 65 MB


@dataclass(frozen=True)
class Fitted:
    """``bounded``: the loss falls to the edge of what is looked through, as it does where no image is wrong."""

    temperature: float
    images: int
    loss_before: float  # mean negative log-likelihood of the images it was fitted on
    loss_after: float
    bounded: bool


def fit(labels: NDArray[np.int64], probabilities: Shares) -> Fitted:
    """``labels`` [N] (images with -1 are left out). Raises ``ValueError`` where no image has a label."""
    known = labels >= 0
    labels, logs = labels[known], _logs(probabilities[known])
    if not len(labels):
        raise ValueError("no image has a label")
    low, high = 1 / HOTTEST, 1 / COLDEST
    inverse = 1.0
    for _ in range(_STEPS):
        slope, curvature = _derivatives(labels, logs, inverse)
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        step = inverse - slope / curvature if curvature > 0 else inverse
        following = step if low < step < high else (low + high) / 2
        if abs(following - inverse) < _CLOSE * inverse:
            break
        inverse = following
    bounded = min(inverse * HOTTEST, 1 / (inverse * COLDEST)) < 1.001
    before, after = (_loss(labels, logs, at) for at in (1.0, inverse))
    return Fitted(1 / inverse, len(labels), before, after, bounded)


def scaled(probabilities: Shares, temperature: float) -> Floats:
    """[N, C]: what the network would say with its logits divided by ``temperature``; the order of classes stays."""
    logits = _logs(probabilities)
    for start in range(0, len(logits), _ROWS):
        logits[start : start + _ROWS] = _softmax(logits[start : start + _ROWS] / temperature)
    return logits


def _logs(probabilities: Shares) -> Floats:
    logs: Floats = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
    return logs


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(1, keepdims=True))
    shares: Floats = raised / raised.sum(1, keepdims=True)
    return shares


def _derivatives(labels: NDArray[np.int64], logs: Floats, inverse: float) -> tuple[float, float]:
    """Of the mean loss by 1 / T: the expected logit less the true one, and the variance of the logits."""
    slope = curvature = 0.0
    for start in range(0, len(labels), _ROWS):
        rows, truth = logs[start : start + _ROWS], labels[start : start + _ROWS]
        shares = _softmax(inverse * rows)
        expected = (shares * rows).sum(1)
        slope += float((expected - rows[np.arange(len(rows)), truth]).sum())
        curvature += float(((shares * rows**2).sum(1) - expected**2).sum())
    return slope / len(labels), curvature / len(labels)


def _loss(labels: NDArray[np.int64], logs: Floats, inverse: float) -> float:
    total = 0.0
    for start in range(0, len(labels), _ROWS):
        rows, truth = inverse * logs[start : start + _ROWS], labels[start : start + _ROWS]
        top = rows.max(1)
        total += float((top + np.log(np.exp(rows - top[:, None]).sum(1)) - rows[np.arange(len(rows)), truth]).sum())
    return total / len(labels)
