"""What MLflow is told of a run, as plain names and values within MLflow's limits."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import math
import re
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cnnlab
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import tags
from cnnlab.runs.journal import Journal, Progress, Status
from cnnlab.runs.position import read_position

PARAM_LIMIT = 6000
KEY_LIMIT = 250
VERSIONS = ("torch", "torchvision", "mlflow", "captum", "numpy")
_NOT_METRICS = ("epoch", "time", "best")
_COSTS = ("train_seconds", "parameters", "macs", "peak_memory_bytes", "peak_gpu_memory_bytes", "energy_kwh", "co2_kg")
_NOT_PARAMS = ("name", "owner", "schema_version")  # these are the run's name and tags
_RENAMED = {"seconds": "epoch_seconds"}


def params(experiment: Experiment) -> dict[str, str]:
    """Dotted setting -> text, cut to what MLflow keeps."""
    flat = experiment.flat()
    return {_key(name): _text(value)[:PARAM_LIMIT] for name, value in flat.items() if name not in _NOT_PARAMS}


def epoch_metrics(record: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers of an epoch's record, whatever the task calls them; "best_epoch" where it is the best."""
    found = {_RENAMED.get(k, k): v for k, v in record.items() if k not in _NOT_METRICS}
    if record.get("best"):
        found["best_epoch"] = record["epoch"]
    return finite(found)


def result_metrics(result: Mapping[str, Any]) -> dict[str, float]:
    """What came out: "test_accuracy", "best_val_loss" and the cost of the training."""
    found = {f"test_{name}": value for name, value in (result.get("test") or {}).items()}
    found |= {f"best_val_{name}": value for name, value in (result.get("validation") or {}).items()}
    found |= {name: result.get(name) for name in _COSTS}
    return finite(found)


def finite(values: Mapping[str, Any]) -> dict[str, float]:
    """Numbers only: MLflow would store infinity as 1.8e308."""
    return {
        _key(name): float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def fixed_tags(journal: Journal, home: Home, experiment: Experiment, status: Status) -> dict[str, str]:
    """Who, what, where and with which versions: set when the run is created."""
    description = json.dumps(experiment.to_dict(), ensure_ascii=False)
    said: dict[str, Any] = {
        tags.RUN_ID: journal.run_id,
        tags.HOME_ID: home.home_id,
        tags.HOST: socket.gethostname(),
        tags.OWNER: experiment.owner,
        tags.SCHEMA: experiment.schema_version,
        tags.EXPERIMENT: description if tags.fits(description) else None,
        tags.EXPERIMENT_SHA256: experiment.sha256,
        tags.DATASET: experiment.data.dataset,
        tags.ARCHITECTURE: experiment.model.architecture,
        tags.PARENT: status.parent,
        tags.GROUP: status.group,
        tags.CREATED: status.created,
        "mlflow.user": experiment.owner,
        "mlflow.source.name": "cnnlab",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": git_commit(),
        "mlflow.parentRunId": _parent_in_mlflow(home, status.parent),
        "cnnlab.version": cnnlab.__version__,
    }
    said |= {f"cnnlab.version.{name}": version for name, version in versions().items()}
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def state_tags(status: Status) -> dict[str, str]:
    """What changes over a run's life. "" where a value is gone again: MLflow can't delete in a batch."""
    reason = json.dumps(status.reason.as_dict()) if status.reason else ""
    return {
        tags.STATE: status.state.value,
        tags.ATTEMPT: str(status.attempt),
        tags.REASON: reason if tags.fits(reason) else "",
        tags.STOP_REASON: status.stop_reason or "",
        tags.RESUMED_FROM: "" if status.resumed_from is None else str(status.resumed_from),
        tags.STARTED: "" if status.started is None else str(status.started),
    }


def progress_tag(progress: Progress | None) -> dict[str, str]:
    return {tags.PROGRESS: json.dumps(asdict(progress))} if progress else {}


def result_tag(result: Mapping[str, Any]) -> dict[str, str]:
    text = json.dumps(result)
    return {tags.RESULT: text} if result and tags.fits(text) else {}


@functools.cache
def versions() -> dict[str, str]:
    """Installed versions, without importing what they are of."""
    found = {}
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # not every installation has every extra
    return found


@functools.cache
def git_commit() -> str | None:
    """The commit of CNN Lab itself when it runs from a checkout of its own; ``None`` elsewhere."""
    repository = Path(cnnlab.__file__).resolve().parent.parent
    if not (repository / ".git").exists():
        return None
    try:
        command = ["git", "-C", str(repository), "rev-parse", "HEAD"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None  # a checkout without git installed is still a good place to train
    return answer.stdout.strip()


def _parent_in_mlflow(home: Home, parent: str | None) -> str | None:
    return read_position(home.run_folder(parent)).get("mlflow_run_id") if parent else None


def _key(name: str) -> str:
    return re.sub(r"[^\w./ :-]", "_", name)[:KEY_LIMIT]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
