"""Kill -9 at random moments, resume, and the run is the uninterrupted one, bit for bit.

Workers come from a warm fork server here too, so that a kill costs a fraction of a second. They train with
channels_last, a fused optimizer, dropout, augmentation, a schedule, and in one case bfloat16.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from typing import Any

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["torch._dynamo", "torchmetrics.classification", "mlflow", "cnnlab.worker"])


def _experiment(epochs: int, **changes: Any) -> Experiment:
    return Experiment().changed(
        {
            "training.epochs": epochs,
            "training.threads": 1,
            "training.batch_size": 128,
            "training.weight_decay": 1e-4,
            "training.schedule": {"name": "cosine", "warmup_epochs": 1},
            "training.early_stopping.patience": 0,
            "training.checkpoint_seconds": 0.05,
            "model.options": {"dropout": 0.1},
            "data.image_size": 16,
            "data.augmentation": {"crop": 1, "rotation": 5},
            "data.common_augmentation": 0.5,
            **changes,
        }
    )


def _worker(run_id: str, attempt: int, home_root: str) -> None:
    """In a process of the fork server."""
    import torch

    torch.set_num_threads(1)
    from cnnlab import worker

    worker.main(run_id, attempt, home_root)


def _start(journal: Journal, attempt: int, home: Home) -> Any:
    process = CONTEXT.Process(target=_worker, args=(journal.run_id, attempt, str(home.root)))
    process.start()
    return process


def _uninterrupted(experiment: Experiment, home: Home) -> Journal:
    journal = Journal.create(home, experiment)
    process = _start(journal, 1, home)
    process.join(900)
    assert journal.status().state is RunState.FINISHED, journal.log_text()
    return journal


def _steps_done(journal: Journal) -> int:
    progress = journal.progress()
    return 0 if progress is None or not progress.steps else (progress.epoch - 1) * progress.steps + progress.step


def _killed_often(experiment: Experiment, home: Home, kills: int, chance: random.Random, pace: float) -> Journal:
    """Kills the worker ``kills`` times, each after some training, then lets it end."""
    journal, attempt = Journal.create(home, experiment), 1
    for _ in range(kills):
        process = _start(journal, attempt, home)
        before = _steps_done(journal)
        limit = time.monotonic() + 120
        while process.is_alive() and time.monotonic() < limit:
            if journal.status().state is RunState.RUNNING and _steps_done(journal) != before:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, pace))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join(60)
        if journal.status().state is RunState.FINISHED:
            pytest.fail("the run ended before it was killed often enough: give it more epochs")
        attempt = control.prepare_resume(journal)
    process = _start(journal, attempt, home)
    process.join(900)
    return journal


def _assert_same(killed: Journal, whole: Journal, epochs: int) -> None:
    assert killed.status().state is RunState.FINISHED, killed.log_text()
    for key in ("final_state_sha256", "weights_sha256", "best_epoch", "test"):
        assert killed.result()[key] == whole.result()[key], key
    assert [record["epoch"] for record in killed.epochs()] == list(range(1, epochs + 1))
    timing = {"time", "seconds", "images_per_second"}
    for one, other in zip(killed.epochs(), whole.epochs(), strict=True):
        assert {k: v for k, v in one.items() if k not in timing} == {k: v for k, v in other.items() if k not in timing}


CASES: dict[str, dict[str, Any]] = {
    "float32": {"training.precision": "float32"},
    "bfloat16": {"training.precision": "bfloat16"},
    "fine_tuning": {
        "training.fine_tuning": {"frozen_epochs": 6, "backbone_rate": 0.2},
        "model.architecture": "cnn",
        "model.options": {},
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_killed_in_mid_epoch_and_resumed_equals_uninterrupted(mlflow_home: Home, case: str) -> None:
    experiment = _experiment(12, **CASES[case])
    whole = _uninterrupted(experiment, mlflow_home)
    killed = _killed_often(experiment, mlflow_home, 3, random.Random(case), pace=0.3)
    _assert_same(killed, whole, 12)
    assert killed.status().attempt == 4


@pytest.mark.slow
def test_two_hundred_epochs_killed_twenty_times(mlflow_home: Home) -> None:
    from mlflow import MlflowClient

    from cnnlab.runs import mlflow_store
    from cnnlab.runs.publisher import repair_all
    from cnnlab.runs.view import view

    experiment = _experiment(200)
    whole = _uninterrupted(experiment, mlflow_home)
    killed = _killed_often(experiment, mlflow_home, 20, random.Random(0), pace=1.5)
    _assert_same(killed, whole, 200)
    assert killed.status().attempt == 21

    repair_all(mlflow_home)
    run = view(mlflow_home, killed.run_id)
    assert run.mlflow_run_id is not None
    client = MlflowClient(tracking_uri=mlflow_store.tracking_uri(mlflow_home))
    for name in ("train_loss", "val_loss", "val_accuracy"):
        steps = [metric.step for metric in client.get_metric_history(run.mlflow_run_id, name)]
        assert sorted(steps) == list(range(1, 201)), f"{name}: every epoch once"
