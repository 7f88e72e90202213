"""How the learning rate moves: pure functions of the step, so a page can draw what a run will do.

Cosine: Loshchilov & Hutter 2017 (SGDR), one period. One-cycle: Smith & Topin 2018, both phases cosine-shaped.
Plateau is the only one that looks at results: it keeps a factor and changes it at the end of an epoch.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from cnnlab.experiment import Schedule, TrainingSpec

ONE_CYCLE_END_DIVISOR = 1e4  # the last step's rate is the first one's divided by this, as in PyTorch's OneCycleLR


def rate(spec: TrainingSpec, step: int, steps_per_epoch: int, *, plateau_factor: float = 1.0) -> float:
    """The learning rate of training step ``step`` (counted from 0 over the whole run)."""
    schedule, peak = spec.schedule, spec.learning_rate
    total = spec.epochs * steps_per_epoch
    if schedule.name == "one_cycle":
        return _one_cycle(schedule, peak, step, total)
    warmup = schedule.warmup_epochs * steps_per_epoch
    if step < warmup:
        return peak * min((step + 1) / warmup, 1.0)
    if schedule.name == "cosine":
        done = (step - warmup) / max(total - warmup, 1.0)
        floor = min(schedule.minimum_rate, peak)
        return floor + (peak - floor) * (1 + math.cos(math.pi * min(done, 1.0))) / 2
    if schedule.name == "step":
        drops = int((step - warmup) / steps_per_epoch) // schedule.step_epochs
        return max(peak * schedule.factor**drops, min(schedule.minimum_rate, peak))
    if schedule.name == "plateau":
        return max(peak * plateau_factor, min(schedule.minimum_rate, peak))
    return peak


def _one_cycle(schedule: Schedule, peak: float, step: int, total: int) -> float:
    start = peak / schedule.start_divisor
    end = start / ONE_CYCLE_END_DIVISOR
    top = max(schedule.rise * total - 1, 1e-9)
    if step <= top:
        return _cosine_between(start, peak, step / top)
    return _cosine_between(peak, end, (step - top) / max(total - 1 - top, 1e-9))


def _cosine_between(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2


@dataclass
class Plateau:
    """Multiplies the rate by ``factor`` when the monitored value has not improved for ``patience`` epochs."""

    factor: float
    patience: int
    mode: Literal["min", "max"] = "min"
    scale: float = 1.0
    best: float | None = None
    waited: int = 0

    def __call__(self, value: float) -> None:
        better = self.best is None or (value < self.best if self.mode == "min" else value > self.best)
        if better:
            self.best, self.waited = value, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.scale *= self.factor
            self.waited = 0

    def state_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_state(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)
