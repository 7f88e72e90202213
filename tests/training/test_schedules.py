"""Schedules against PyTorch's own, where it has the same one."""

from __future__ import annotations

import pytest
import torch

from cnnlab.experiment import Experiment, TrainingSpec
from cnnlab.training.schedules import rate

STEPS = 7


def _spec(**changes: object) -> TrainingSpec:
    return Experiment().changed({f"training.{name.replace('__', '.')}": v for name, v in changes.items()}).training


def _ours(spec: TrainingSpec) -> list[float]:
    return [rate(spec, step, STEPS) for step in range(spec.epochs * STEPS)]


def _theirs(make: object, steps: int, learning_rate: float) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=learning_rate)
    scheduler = make(optimizer)  # type: ignore[operator]
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def test_cosine_is_pytorchs() -> None:
    spec = _spec(epochs=5, learning_rate=0.1, schedule__name="cosine", schedule__minimum_rate=0.01)
    make = lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 5 * STEPS, eta_min=0.01)  # noqa: E731
    assert _ours(spec) == pytest.approx(_theirs(make, 5 * STEPS, 0.1), rel=1e-6)


def test_one_cycle_is_pytorchs() -> None:
    spec = _spec(epochs=4, learning_rate=0.2, schedule__name="one_cycle", schedule__rise=0.25)
    make = lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.2, total_steps=4 * STEPS, pct_start=0.25)  # noqa: E731
    assert _ours(spec) == pytest.approx(_theirs(make, 4 * STEPS, 0.2), rel=1e-6)


def test_step_is_pytorchs() -> None:
    spec = _spec(epochs=6, learning_rate=0.1, schedule__name="step", schedule__step_epochs=2, schedule__factor=0.5)
    make = lambda o: torch.optim.lr_scheduler.StepLR(o, 2 * STEPS, gamma=0.5)  # noqa: E731
    assert _ours(spec) == pytest.approx(_theirs(make, 6 * STEPS, 0.1), rel=1e-6)


def test_warmup_rises_linearly_and_then_stays() -> None:
    rates = _ours(_spec(epochs=3, learning_rate=1.0, schedule__name="warmup", schedule__warmup_epochs=1))
    assert rates[0] == pytest.approx(1 / STEPS)
    assert rates[STEPS - 1 :] == pytest.approx([1.0] * (2 * STEPS + 1))
    assert rates[:STEPS] == sorted(rates[:STEPS])


@pytest.mark.parametrize("name", ["none", "plateau", "step", "cosine", "one_cycle", "warmup"])
def test_every_rate_is_positive_and_at_most_the_peak(name: str) -> None:
    spec = _spec(epochs=3, learning_rate=0.1, schedule__name=name, schedule__warmup_epochs=0.5)
    assert all(0 < value <= 0.1 for value in _ours(spec))


def test_plateau_uses_its_factor() -> None:
    spec = _spec(learning_rate=0.1, schedule__name="plateau", schedule__minimum_rate=0.005)
    assert rate(spec, 3, STEPS, plateau_factor=0.1) == pytest.approx(0.01)
    assert rate(spec, 3, STEPS, plateau_factor=0.001) == pytest.approx(0.005)
