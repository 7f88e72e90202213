"""A home with as many runs as one likes, and MLflow's database with as many: written straight into files and tables.

The numbers in them say nothing about any real run; they are drawn so that sorting and filtering have work to do.
"""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path
from random import Random

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, tags
from cnnlab.runs.position import FILE as POSITION
from cnnlab.runs.states import RunState

NETWORKS = ("lenet5", "mlp", "cnn", "lenet5_1998")
DATASETS = ("digits", "shapes")
STATES = (*[RunState.FINISHED] * 7, RunState.STOPPED, RunState.FAILED, RunState.LOST)
BEGUN = 1_700_000_000.0


def home_of(home: Home, count: int, *, epochs: int = 20, long: int = 10, seed: int = 0) -> list[str]:
    """Makes ``count`` ended runs, an hour apart; the newest ``long`` of them have 200 epochs. Ids, oldest first."""
    home.ensure()
    random = Random(seed)
    ids = [f"{number + 1:032x}" for number in range(count)]
    for number, run_id in enumerate(ids):
        _make(home.runs / run_id, number, 200 if number >= count - long else epochs, random)
    return ids


def _make(folder: Path, number: int, epochs: int, random: Random) -> None:
    folder.mkdir()
    state, created = random.choice(STATES), BEGUN + 3600 * number
    experiment = Experiment().changed(
        {
            "name": f"run-{number:05d}",
            "owner": random.choice(("ana", "luis")),
            "data.dataset": random.choice(DATASETS),
            "model.architecture": random.choice(NETWORKS),
            "training.seed": number,
            "training.epochs": max(epochs, 30),
            "training.learning_rate": round(10 ** random.uniform(-4, -2), 6),
        }
    )
    (folder / "experiment.yaml").write_text(experiment.to_yaml(), encoding="utf-8")
    status: dict[str, object] = {
        "run_id": folder.name,
        "state": state.value,
        "created": created,
        "started": created + 1.0,
    }
    status |= {"ended": created + 1.0 + epochs, "worker": None, "reason": None}
    (folder / "state.json").write_text(json.dumps(status))
    records = [record(epoch, created, random) for epoch in range(1, epochs + 1)]
    best = max(range(epochs), key=lambda place: records[place]["val_accuracy"])
    high = -math.inf
    for one in records:
        one["best"], high = one["val_accuracy"] > high, max(high, one["val_accuracy"])
    (folder / "epochs.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    if state is RunState.FINISHED:
        (folder / "result.json").write_text(json.dumps(_result(records, best, random)))
    position = {"mlflow_run_id": folder.name, "mlflow_experiment_id": "1", "complete": f"{state.value} 1"}
    (folder / POSITION).write_text(json.dumps(position))


def record(epoch: int, created: float, random: Random) -> dict[str, float | bool]:
    accuracy = 1 - 0.9 * math.exp(-0.2 * epoch) - 0.05 * random.random()
    loss = -math.log(accuracy)
    return {
        "epoch": epoch,
        "time": created + 1.0 + epoch,
        "train_loss": loss * 0.9,
        "train_accuracy": accuracy,
        "val_loss": loss,
        "val_accuracy": accuracy,
        "learning_rate": 0.001,
        "seconds": 1.0,
        "images_per_second": 2000.0 + random.random(),
    }


def _result(records: list[dict[str, float | bool]], best: int, random: Random) -> dict[str, object]:
    kept = records[best]
    measured = {"loss": kept["val_loss"], "accuracy": kept["val_accuracy"]}
    return {
        "epochs": len(records),
        "stop_reason": "completed",
        "best_epoch": kept["epoch"],
        "train_seconds": float(len(records)),
        "images_per_second": 2000.0,
        "parameters": random.choice((61_706, 101_770, 431_080)),
        "validation": measured,
        "test": {"loss": measured["loss"] + 0.01, "accuracy": float(measured["accuracy"]) - random.random() / 100},
        "device": "cpu",
        "precision": "float32",
    }


def mlflow_of(home: Home, count: int, *, foreign: bool = True, seed: int = 1) -> None:
    """``count`` runs in MLflow's database with 20 parameters, 8 metrics and our tags each.

    With ``foreign`` they are of a home that is not this one. Rows go straight into the tables: by its client
    10,000 runs take an hour.
    """
    experiment = mlflow_store.ensure_store(home)
    random = Random(seed)
    connection = sqlite3.connect(mlflow_store.database(home))
    try:
        for number in range(count):
            _row(connection, experiment, number, f"{number + 1 + (foreign << 100):032x}", random)
        connection.commit()
    finally:
        connection.close()
    mlflow_store.analyze(home)


def _row(connection: sqlite3.Connection, experiment: str, number: int, run_id: str, random: Random) -> None:
    begun = int(1000 * (BEGUN + 3600 * number))
    run = {
        "run_uuid": run_id, "name": f"elsewhere-{number:05d}", "source_type": "LOCAL", "source_name": "",
        "user_id": "ana", "status": "FINISHED", "start_time": begun, "end_time": begun + 60_000,
        "lifecycle_stage": "active", "experiment_id": int(experiment), "artifact_uri": "", "source_version": "",
        "entry_point_name": "",
    }  # fmt: skip
    _insert(connection, "runs", [run])
    said = {
        tags.RUN_ID: run_id, tags.STATE: RunState.FINISHED.value, tags.OWNER: "ana", tags.HOST: "elsewhere",
        tags.DATASET: random.choice(DATASETS), tags.ARCHITECTURE: random.choice(NETWORKS), tags.ATTEMPT: "1",
        tags.CREATED: str(begun / 1000), "mlflow.runName": run["name"],
        tags.RESULT: json.dumps({"test": {"accuracy": random.random()}, "train_seconds": 20.0}),
    }  # fmt: skip
    _insert(connection, "tags", [{"key": key, "value": value, "run_uuid": run_id} for key, value in said.items()])
    _insert(connection, "params", [{"key": f"training.p{n}", "value": str(n), "run_uuid": run_id} for n in range(20)])
    metrics = [
        {"key": f"test_m{n}", "value": random.random(), "timestamp": begun, "step": 0, "is_nan": 0, "run_uuid": run_id}
        for n in range(8)
    ]
    _insert(connection, "metrics", metrics)
    _insert(connection, "latest_metrics", metrics)


def _insert(connection: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    names = ", ".join(rows[0])
    places = ", ".join(f":{name}" for name in rows[0])
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608  # names are ours
