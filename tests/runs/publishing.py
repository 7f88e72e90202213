"""Runs for the publisher, and what MLflow knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, tags
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as StoredRun


BEGUN = 1_700_000_000.0


def started(home: Home, **names: Any) -> Journal:
    journal = Journal.create(home, Experiment.from_dict({"name": "brave *try*", "owner": "ana", **names}))
    assert journal.transition(RunState.RUNNING, allowed=(RunState.QUEUED,), started=BEGUN)
    return journal


def epoch(number: int, **values: Any) -> dict[str, Any]:
    record = {"epoch": number, "time": BEGUN + number, "train_loss": 1.0 / number, "val_loss": 2.0 / number}
    return {**record, "learning_rate": 0.001, "seconds": 1.5, "images_per_second": 900.0, "best": True, **values}


def end(journal: Journal, state: RunState = RunState.FINISHED, **fields: Any) -> None:
    assert journal.transition(state, allowed=(RunState.RUNNING,), ended=BEGUN + 60, **fields)


def published(home: Home, journal: Journal) -> tuple[MlflowClient, StoredRun]:
    """The one run in MLflow that is ``journal``'s."""
    client = mlflow_store.connect(home)
    experiment = client.get_experiment_by_name(mlflow_store.EXPERIMENT)
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], f"tags.`{tags.RUN_ID}` = '{journal.run_id}'")
    assert len(found) == 1
    return client, found[0]


def steps(home: Home, journal: Journal, name: str) -> list[int]:
    client, run = published(home, journal)
    return [point.step for point in client.get_metric_history(run.info.run_id, name)]
