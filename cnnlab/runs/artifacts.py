"""The predictions of a run as MLflow's artifacts: also those that were measured long after it had ended.

``published.json`` keeps which file of each split the store has; whoever measures calls ``publisher.tell_predictions``,
and ``repair`` calls ``publish`` again for what is still waiting. Importing this imports no MLflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnlab.home import Home
from cnnlab.runs import mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position, write_position

FOLDER = "predictions"  # in a run's folder, and among its artifacts


def stamps(folder: Path) -> dict[str, str]:
    """Of every split that was measured, by the name of its file: changes when the file does."""
    found = {}
    for path in sorted((folder / FOLDER).glob("*.parquet")):
        state = path.stat()
        found[path.name] = f"{state.st_size} {state.st_mtime_ns}"
    return found


def waiting(journal: Journal) -> list[str]:
    """Names of the files that MLflow lacks, of a run that it has."""
    position = read_position(journal.folder)
    return _lacking(position, stamps(journal.folder)) if position.get("mlflow_run_id") else []


def publish(journal: Journal, home: Home) -> bool:
    """Sends what MLflow lacks; whether it now has all. Its caller holds the run's publishing lock.

    ``False`` for a run that is not in the store of this process (yet). Raises what MLflow raises.
    """
    position = read_position(journal.folder)
    run_id, uri = position.get("mlflow_run_id"), position.get("mlflow_tracking_uri")
    now = stamps(journal.folder)
    lacking = _lacking(position, now)
    if not lacking:
        return True
    if run_id is None or uri != mlflow_store.display_uri(mlflow_store.tracking_uri(home)):
        return False
    client = mlflow_store.connect(home)
    for name in lacking:
        client.log_artifact(str(run_id), str(journal.folder / FOLDER / name), FOLDER)
    write_position(journal.folder, {**position, FOLDER: now})
    return True


def _lacking(position: Mapping[str, Any], now: Mapping[str, str]) -> list[str]:
    told = position.get(FOLDER)
    if told is None:  # of an earlier version, which sent what there was at the end of the run: the test split
        return [name for name in now if name != "test.parquet" or not position.get("complete")]
    return [name for name, stamp in now.items() if told.get(name) != stamp]
