"""Where MLflow keeps runs, and how it is opened: created once, under a lock, before anything else looks.

Only the client with explicit ids is used; MLflow's fluent API would end runs that are not ours to end.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from cnnlab.home import Home

if TYPE_CHECKING:  # importing MLflow takes two seconds
    from mlflow import MlflowClient

EXPERIMENT = "CNN Lab"
SQLITE = "sqlite:///"
# MLflow's own waits are minutes long; whoever calls us tries again by itself
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


def tracking_uri(home: Home) -> str:
    """``MLFLOW_TRACKING_URI`` where it is set, else the home's own database."""
    return os.environ.get("MLFLOW_TRACKING_URI") or SQLITE + database(home).as_posix()


def display_uri(uri: str) -> str:
    """The address without the password that may be in it: what is stored and shown, also of one that is malformed."""
    return re.sub(r"^([A-Za-z][\w+.\-]*://)[^/?#]*@", r"\1", uri)


def database(home: Home) -> Path:
    return home.mlflow.absolute() / "mlflow.db"


def is_embedded(home: Home) -> bool:
    """Whether runs go into the home's own database."""
    return tracking_uri(home) == SQLITE + database(home).as_posix()


def has_store(home: Home) -> bool:
    """Whether there is anything to read; what is elsewhere is taken to be there."""
    return not is_embedded(home) or database(home).is_file()


def connect(home: Home) -> MlflowClient:
    """A client of the store, which exists. Raises MLflow's and SQLAlchemy's errors when it can't be reached."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    _quieten()
    uri = tracking_uri(home)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _quieten() -> None:
    """Leaves the terminal to the run: what goes wrong is raised, and MLflow's advice is for who writes programs."""
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    # it prints a traceback for every wait that was too long; the caller says that in one line
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)


def ensure_store(home: Home) -> str:
    """Creates what is missing of the store, exactly once among all processes; the id of our experiment."""
    home.ensure()
    client = None
    with FileLock(home.mlflow / "store.lock"):
        if is_embedded(home) and not database(home).exists():
            _create_database(home)
        client = connect(home)
        experiment = client.get_experiment_by_name(EXPERIMENT)
        if experiment is None:
            # a server says where artifacts go; a database alone would have them put where the process happens to be
            served = tracking_uri(home).startswith(("http:", "https:"))
            location = None if served else (home.mlflow.absolute() / "artifacts").as_uri()
            return str(_create_experiment(client, location))
        if experiment.lifecycle_stage == "deleted":
            client.restore_experiment(experiment.experiment_id)
        return str(experiment.experiment_id)


def _create_experiment(client: MlflowClient, location: str | None) -> str:
    from mlflow.exceptions import MlflowException

    try:
        return client.create_experiment(EXPERIMENT, artifact_location=location)
    except MlflowException as error:
        # a shared server has no lock of ours: another machine may have been faster
        existing = client.get_experiment_by_name(EXPERIMENT)
        if error.error_code != "RESOURCE_ALREADY_EXISTS" or existing is None:
            raise
        return str(existing.experiment_id)


def _create_database(home: Home) -> None:
    """Migrates a new database under another name: a process that is killed meanwhile leaves no half of one."""
    for leftover in home.mlflow.glob("new-*.db*"):
        leftover.unlink()
    path = home.mlflow.absolute() / f"new-{secrets.token_hex(4)}.db"
    migrate(path, home.mlflow.absolute() / "artifacts")
    path.replace(database(home))


def migrate(path: Path, artifacts: Path) -> None:
    """A new, empty MLflow database at ``path``: seconds of migrations."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    _quieten()
    store = SqlAlchemyStore(SQLITE + path.as_posix(), artifacts.as_uri())
    store._dispose_engine()
    connection = sqlite3.connect(path)
    try:
        # readers and a writer no longer wait for each other; the mode stays in the file
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def analyze(home: Home) -> None:
    """Lets SQLite see how large its tables are: ordering 10,000 runs by a metric took 9.2 s before and 0.4 s after.

    Looking at 400 rows of each index takes milliseconds. When the database is held, another time will do.
    """
    if not is_embedded(home):
        return
    connection = sqlite3.connect(database(home), timeout=1.0)
    try:
        connection.execute("PRAGMA analysis_limit=400")
        connection.execute("ANALYZE")
    except sqlite3.OperationalError:
        return
    finally:
        connection.close()
