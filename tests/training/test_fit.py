"""The loop on a small problem: what it yields, that it repeats itself, and that stopping it anywhere is harmless."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.tasks.classification import class_weights
from cnnlab.training.fit import EpochResult, Step
from cnnlab.training.measure import Measuring, measure
from cnnlab.training.optimizers import build_optimizer
from tests.training.small import SmallRun


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.drop, self.out = nn.Dropout(0.2), nn.Linear(4 * 36, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.norm(self.conv(x.float() / 255)))
        return self.out(self.drop(x.flatten(1)))


def _run(**changes: Any) -> SmallRun:
    return SmallRun(_Net, **changes)


def test_a_step_a_batch_and_a_result_an_epoch() -> None:
    run = _run()
    events = list(run.events())
    steps = [event for event in events if isinstance(event, Step)]
    results = [event for event in events if isinstance(event, EpochResult)]
    assert [(s.epoch, s.step, s.steps) for s in steps[:6]] == [(1, i, 5) for i in range(1, 6)] + [(2, 1, 5)]
    assert [r.epoch for r in results] == [1, 2, 3]
    assert any(isinstance(event, Measuring) for event in events)
    assert sum(s.samples for s in steps) == run.state.images == 450
    assert set(results[0].metrics) == {
        "train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_f1_macro",
    }  # fmt: skip
    assert results[-1].metrics["val_accuracy"] > 0.9
    assert results[-1].metrics["train_loss"] < results[0].metrics["train_loss"]


def test_train_metrics_are_means_over_samples_and_not_over_batches() -> None:
    run = _run(epochs=1, batch_size=100)  # batches of 100 and 50
    steps, result = [], None
    for event in run.events():
        if isinstance(event, Step):
            steps.append((float(event.loss), event.samples))
        elif isinstance(event, EpochResult):
            result = event
    assert result is not None
    expected = sum(loss * samples for loss, samples in steps) / 150
    assert result.metrics["train_loss"] == pytest.approx(expected, rel=1e-6)


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    digests = []
    for seed in (0, 0, 1):
        run = _run(seed=seed)
        list(run.events())
        digests.append(run.digest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("stop_after", [1, 4, 5, 6, 7, 11])
def test_closing_the_generator_anywhere_and_going_on_changes_nothing(stop_after: int) -> None:
    whole = _run()
    list(whole.events())
    torn = _run()
    events = torn.events()
    for _ in range(stop_after):
        next(events)
    events.close()
    torch.rand(7)  # whatever else draws random numbers in between must not matter
    list(torn.events())
    assert torn.digest() == whole.digest()


def test_early_stopping_ends_the_run() -> None:
    run = _run(epochs=50, learning_rate=1e-9, early_stopping={"monitor": "val_accuracy", "patience": 2})
    results = [event for event in run.events() if isinstance(event, EpochResult)]
    assert results[-1].stop
    assert len(results) == run.state.stopping.best_epoch + 2
    assert list(run.events()) == []


def test_an_unknown_monitor_names_what_is_measured() -> None:
    run = _run(early_stopping={"monitor": "val_beauty"})
    with pytest.raises(ExperimentError, match=r"val_beauty.*val_accuracy"):
        list(run.events())


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
def test_weight_decay_spares_biases_and_norms(optimizer: str) -> None:
    network = _Net()
    spec = Experiment().changed({"training.optimizer": optimizer, "training.weight_decay": 0.1}).training
    groups = build_optimizer(network, spec).param_groups
    decayed = {id(p) for group in groups if group["weight_decay"] for p in group["params"]}
    assert decayed == {id(network.conv.weight), id(network.out.weight)}
    assert sum(len(group["params"]) for group in groups) == len(list(network.parameters()))


def test_gradients_are_clipped() -> None:
    free, clipped = _run(optimizer="sgd", epochs=1), _run(optimizer="sgd", epochs=1, gradient_clip=1e-9)
    before = clipped.digest()
    list(free.events())
    for event in clipped.events():
        if isinstance(event, Step):
            break
    change = (clipped.network.out.weight.detach() - _fresh_out()).abs().max()
    assert before != clipped.digest()
    assert float(change) < 1e-8
    assert float((free.network.out.weight.detach() - _fresh_out()).abs().max()) > 1e-4


def _fresh_out() -> torch.Tensor:
    torch.manual_seed(0)
    return _Net().out.weight.detach()


def test_measuring_leaves_the_mode_and_the_weights() -> None:
    run = _run()
    before = run.digest()
    run.network.train()
    first = measure(run.network, run.validation, run.task, run.runtime, batch_size=7, keep_predictions=True)
    assert run.network.training
    assert run.digest() == before
    assert sum(len(batch.index) for batch in first.predictions) == 60
    right = sum(int((b.columns["prediction"] == b.columns["label"]).sum()) for b in first.predictions)
    assert first.metrics["accuracy"] == pytest.approx(right / 60)


def test_class_weights_are_scikit_learns() -> None:
    import numpy as np
    from sklearn.utils.class_weight import compute_class_weight

    labels = [0] * 10 + [1] * 3 + [2] * 7
    expected = compute_class_weight("balanced", classes=np.arange(3), y=np.array(labels))
    assert class_weights((10, 3, 7)).tolist() == pytest.approx(expected.tolist())
    assert class_weights((10, 0, 7))[1] == 0


def test_metrics_are_scikit_learns() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    run = _run(epochs=1)
    list(run.events())
    measured = measure(run.network, run.validation, run.task, run.runtime, batch_size=16, keep_predictions=True)
    truth = torch.cat([b.columns["label"] for b in measured.predictions]).tolist()
    guess = torch.cat([b.columns["prediction"] for b in measured.predictions]).tolist()
    assert measured.metrics["accuracy"] == pytest.approx(accuracy_score(truth, guess))
    assert measured.metrics["f1_macro"] == pytest.approx(f1_score(truth, guess, average="macro"), abs=1e-6)
