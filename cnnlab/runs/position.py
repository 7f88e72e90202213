"""``published.json`` in a run's folder: where MLflow has the run, and how much of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnlab.home import write_atomically
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.json_files import read_json

FILE = "published.json"


def read_position(folder: Path) -> dict[str, Any]:
    """ "mlflow_run_id", "mlflow_experiment_id", "mlflow_tracking_uri", …; empty before MLflow was told anything.

    Raises ``RunError`` ("journal_damaged").
    """
    return read_json(folder / FILE) or {}


def write_position(folder: Path, position: Mapping[str, Any]) -> None:
    write_atomically(folder / FILE, json.dumps(position))


def stamp(status: Status) -> str:
    """Names an end (or a wait) of a run: when MLflow was told of this one, nothing is missing."""
    return f"{status.state.value} {status.attempt}"


def is_complete(journal: Journal) -> bool:
    """Whether MLflow has everything that there is to say of a run that nobody works on."""
    return read_position(journal.folder).get("complete") == stamp(journal.status())
