"""What a temperature does to predictions that it was not fitted on: calibration and losses before and after it.

Intervals are 95 % over images drawn anew with replacement, the same draws before and after, so that the change has an
interval too. A calibration error is never below 0, so even of a perfectly calibrated network it is not 0 on so many
images: ``by_chance`` is what it would come to, drawn from the confidences themselves. So the ECE itself, the figure
that papers state, has no interval; what is left of it without that bias has one (``debiased``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.calibration import BINS, Calibration, calibration
from cnnlab.evaluation.quality import SMALLEST, Measured
from cnnlab.evaluation.ranking import drawn
from cnnlab.evaluation.temperature.debiased import debiased, reflected
from cnnlab.evaluation.temperature.scaling import Floats, Shares, scaled

DRAWS = 1000
_CHANCE_DRAWS = 200
HISTOGRAM_BINS = 20


@dataclass(frozen=True)
class State:
    """Of the predictions at one temperature."""

    calibration: Calibration
    metrics: dict[str, Measured]  # METRICS
    by_chance: float  # mean calibration error of a network that is exactly as sure as it is right
    right: NDArray[np.int64]  # [HISTOGRAM_BINS] images by their confidence, those that are right
    wrong: NDArray[np.int64]


@dataclass(frozen=True)
class Effect:
    images: int
    bins: int
    before: State
    after: State
    change: dict[str, Measured]  # after - before, of the same draws


def effect(
    labels: NDArray[np.int64],
    probabilities: Shares,
    temperature: float,
    *,
    bins: int = BINS,
    draws: int = DRAWS,
    seed: int = 0,
) -> Effect:
    """``labels`` [N] (images with -1 are left out). Raises ``ValueError`` where no image has a label."""
    known = labels >= 0
    labels, shares = labels[known], probabilities[known].astype(np.float64)
    if not len(labels):
        raise ValueError("no image has a label")
    each = [_Each.of(labels, one, bins) for one in (shares, scaled(shares, temperature))]
    rng = np.random.default_rng(seed)
    weights = (drawn(len(labels), rng) for _ in range(draws))
    values = np.array([[one.values(weight) for one in each] for weight in weights])  # [draws, 2, metrics]
    before, after = (_state(one, values[:, place], bins, seed) for place, one in enumerate(each))
    return Effect(len(labels), bins, before, after, _change(before, after, values))


def _change(before: State, after: State, values: Floats) -> dict[str, Measured]:
    """``values`` [draws, 2, drawn metrics]."""
    moved = values[:, 1] - values[:, 0]
    errors = [reflected(one.metrics["ece"].value, values[:, side, 0]) for side, one in enumerate((before, after))]
    draws = {"ece_debiased": errors[1] - errors[0], **{name: moved[:, k] for k, name in enumerate(_DRAWN) if k}}
    by = {name: after.metrics[name].value - before.metrics[name].value for name in METRICS}
    return {name: _measured(by[name], draws[name]) if name in draws else Measured(by[name]) for name in METRICS}


METRICS = ("ece", "ece_debiased", "log_loss", "brier")
_DRAWN = ("ece", "log_loss", "brier")


@dataclass(frozen=True)
class _Each:
    """[N] of every image."""

    right: NDArray[np.bool_]
    confidence: Floats
    place: NDArray[np.int64]  # its bin, as ``calibration`` has it
    loss: Floats
    brier: Floats
    bins: int

    @classmethod
    def of(cls, labels: NDArray[np.int64], shares: Floats, bins: int) -> _Each:
        true = shares[np.arange(len(labels)), labels]
        confidence = shares.max(1)
        place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
        loss, brier = -np.log(np.maximum(true, SMALLEST)), 1 - 2 * true + np.square(shares).sum(1)
        return cls(shares.argmax(1) == labels, confidence, place, loss, brier, bins)

    def values(self, weight: Shares) -> list[float]:
        """The metrics of a draw; ``weight``: [N] how often each image was taken."""
        number = weight.sum()
        means = [float(weight @ column / number) for column in (self.loss, self.brier)]
        return [self.error(self.right, weight), *means]

    def error(self, right: NDArray[np.bool_], weight: Shares) -> float:
        gaps = np.bincount(self.place, weights=weight * (right - self.confidence), minlength=self.bins)
        return float(np.abs(gaps).sum() / weight.sum())


def _state(one: _Each, values: Floats, bins: int, seed: int) -> State:
    whole = np.ones(len(one.right))
    found = dict(zip(_DRAWN, one.values(whole), strict=True))
    rng = np.random.default_rng(seed)
    chance = np.array([one.error(rng.random(len(whole)) < one.confidence, whole) for _ in range(_CHANCE_DRAWS)])
    metrics = {"ece": Measured(found["ece"]), "ece_debiased": debiased(found["ece"], values[:, 0], chance)}
    metrics |= {name: _measured(found[name], values[:, k]) for k, name in enumerate(_DRAWN) if k}
    edges = np.linspace(0, 1, HISTOGRAM_BINS + 1)
    right, wrong = (np.histogram(one.confidence[which], edges)[0] for which in (one.right, ~one.right))
    found_calibration = calibration(one.right, one.confidence, bins=bins)
    return State(found_calibration, metrics, float(np.mean(chance)), right, wrong)


def _measured(value: float, draws: NDArray[np.floating[Any]]) -> Measured:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Measured(value, float(low), float(high))
