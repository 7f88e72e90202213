"""Runs made on disk in any state, without training: what the pages are tested and pictured with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.errors import Problem
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import write_predictions
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.tasks.base import Predictions

Make = Callable[[Home], Journal]

NOW_RUNNING = (RunState.STARTING, RunState.RUNNING)


def record(epoch: int, *, best: bool, slope: float = 0.28) -> dict[str, Any]:
    """One epoch of a plausible run; it says nothing about any real one."""
    loss = 2.1 * math.exp(-slope * epoch) + 0.06
    return {
        "epoch": epoch,
        "time": time.time() - 60 + epoch,
        "train_loss": loss * 0.9,
        "train_accuracy": 1 - loss / 2.6,
        "val_loss": loss + 0.004 * max(0, epoch - 14),
        "val_accuracy": 1 - loss / 2.3,
        "learning_rate": 0.001,
        "seconds": 0.6,
        "images_per_second": 2100.0 + 40 * math.sin(epoch),
        "best": best,
    }


def queued(home: Home, name: str = "", parent: str | None = None, group: str | None = None, **changes: Any) -> Journal:
    return Journal.create(home, Experiment().changed({"name": name, **changes}), parent=parent, group=group)


def running(home: Home, name: str = "", *, epochs: int = 12, best: int | None = None, **changes: Any) -> Journal:
    """A run whose worker is this very process, so it is alive."""
    journal = queued(home, name, **changes)
    begin(journal)
    add_epochs(journal, epochs, best)
    planned = journal.experiment().training.epochs
    journal.write_progress(Progress("training", epochs + 1, planned, 11, 20, 0.21, 9.0))
    return journal


def begin(journal: Journal) -> None:
    identity = {"worker": ProcessIdentity.own(), "started": time.time() - 20}
    journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,), **identity)
    journal.transition(RunState.RUNNING, allowed=(RunState.STARTING,))
    journal.log("training on cpu, float32, 2 threads")
    for moment in range(8):
        journal.append_system(
            {
                "time": time.time() - 80 + 10 * moment,
                "system/cpu_utilization_percentage": 55.0 + 5 * (moment % 3),
                "system/process_cpu_percentage": 96.0 + moment % 2,
                "system/system_memory_usage_megabytes": 3100.0 + 20 * moment,
                "system/process_memory_megabytes": 640.0 + 5 * moment,
            }
        )


def add_epochs(journal: Journal, epochs: int, best: int | None = None) -> None:
    last_best = epochs if best is None else best
    for epoch in range(1, epochs + 1):
        journal.append_epoch(record(epoch, best=epoch <= last_best))


def finished(home: Home, name: str = "", *, epochs: int = 17, best: int = 12, **changes: Any) -> Journal:
    journal = running(home, name, epochs=epochs, best=best, **changes)
    journal.write_result(
        {
            "epochs": epochs,
            "stop_reason": "early_stopping",
            "best_epoch": best,
            "train_seconds": 10.4,
            "images_per_second": 2100.0,
            "parameters": 61706,
            "weights_sha256": "0" * 64,
            "final_state_sha256": "1" * 64,
            "validation": {"loss": 0.121, "accuracy": 0.9731},
            "test": {"loss": 0.109, "accuracy": 0.9778},
            "torch": "2.15.0",
            "device": "cpu",
            "precision": "float32",
            "threads": 2,
        }
    )
    end(journal, RunState.FINISHED, stop_reason="early_stopping")
    return journal


def predict(journal: Journal, *, labels: list[int], predictions: list[int], names: tuple[str, ...]) -> None:
    """Stores what a network would have said of a test split, and the card with its class names."""
    rest = 0.1 / max(1, len(names) - 1)
    spread = [[0.9 if place == one else rest for place in range(len(names))] for one in predictions]
    columns = {
        "label": labels,
        "prediction": predictions,
        "probability": [0.9] * len(labels),
        "probabilities": spread,
    }
    stored = Predictions(list(range(len(labels))), columns)
    write_predictions(journal.folder / "predictions" / "test.parquet", [stored])
    kind, outputs = InputKind("image", (1, 8, 8)), OutputSpec(len(names), names)
    Card(journal.experiment().to_dict(), kind, outputs, (0.3,), (0.3,), "digits", "0" * 64, ()).write(journal.folder)


def stopped(home: Home, name: str = "", *, epochs: int = 6) -> Journal:
    journal = running(home, name, epochs=epochs)
    end(journal, RunState.STOPPED, stop_reason="user")
    return journal


def failed(home: Home, name: str = "", *, epochs: int = 0) -> Journal:
    """Its learning rate was far too high."""
    journal = running(home, name, epochs=epochs, **{"training.learning_rate": 0.1})
    params = {"value": "0.1", "suggestion": "0.01", "epoch": epochs + 1}
    end(journal, RunState.FAILED, reason=Problem("loss_not_finite", "training.learning_rate", params))
    return journal


def lost(home: Home, name: str = "", *, epochs: int = 4) -> Journal:
    journal = running(home, name, epochs=epochs)
    end(journal, RunState.LOST, reason=Problem("worker_killed", "", {"signal": "SIGKILL"}))
    return journal


def end(journal: Journal, state: RunState, **fields: Any) -> None:
    journal.log(state.value)
    journal.transition(state, allowed=NOW_RUNNING, **fields)
