"""MLflow's own pages for this home's store: one server a home, on loopback only, found again by whoever comes next.

It is heavy (two processes, half a gigabyte, seconds to start), so it is started on request. It ends with the home's
supervisor, which stays as long as the app or these pages are in use; where none runs, by itself some time after that
(see ``mlflow_process``).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psutil
from filelock import FileLock, Timeout

from cnnlab.data.types import Progress
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.jobs.supervisor import process_environment
from cnnlab.runs import mlflow_store
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.run import Run

START_SECONDS = 120.0
LEAVING_SECONDS = 10.0
CARD = "mlflow.json"
LOG = "mlflow.log"
_MARKS = ("app_alive", CARD, LOG)  # the log gets a line for every request


@dataclass(frozen=True)
class Server:
    address: str  # http://127.0.0.1:PORT, or that of the server that MLFLOW_TRACKING_URI names
    process: ProcessIdentity | None = None  # None: somebody else's
    experiment: str | None = None  # MLflow's id of ours, where it is known


def find(home: Home) -> Server | None:
    """The server that shows this home's runs, if one answers. Asks nobody: it reads a file."""
    uri = mlflow_store.display_uri(mlflow_store.tracking_uri(home))
    if _is_served(uri):
        return Server(uri.rstrip("/"))
    card = _card(home)
    process = _process(card, "process")
    if process is None or not process.is_alive() or card.get("uri") != uri or card.get("ready") is not True:
        return None
    return Server(f"http://127.0.0.1:{card['port']}", process, str(card.get("experiment") or "") or None)


def start(home: Home, progress: Progress | None = None) -> Server:
    """The server, started if need be, once it answers. Raises ``RunError`` ("mlflow_not_started").

    What ``progress`` raises (a cancel) ends what was started, too.
    """
    home.ensure()
    with FileLock(home.jobs / "mlflow.lock"):
        found = find(home)
        if found is not None:
            return found
        _sweep(home)
        process = _launch(home)
        try:
            found = _wait(home, process, progress)
        finally:
            if found is None:
                end_family(process.pid)
        if found is None:
            raise RunError("mlflow_not_started", value=str(home.jobs / LOG))
        return found


def stop(home: Home) -> bool:
    """Ends our server, also one that is just starting; whether there was one."""
    process = _process(_card(home), "process")
    there = process is not None and process.is_alive()
    _sweep(home)
    return there


def stop_unless_starting(home: Home) -> None:
    """For a supervisor that ends: what somebody just starts is left to them."""
    with contextlib.suppress(Timeout), FileLock(home.jobs / "mlflow.lock").acquire(timeout=0):
        stop(home)


def last_used(home: Home) -> float:
    """When the app or MLflow's pages were last in use, in seconds since the epoch; never: 0."""
    last = 0.0
    for name in _MARKS:
        with contextlib.suppress(FileNotFoundError):
            last = max(last, (home.jobs / name).stat().st_mtime)
    return last


def of_run(home: Home, run: Run) -> Server | None:
    """The server that shows ``run``: that of the store it was published to, if that is one or has one."""
    uri = run.mlflow_tracking_uri or ""
    if _is_served(uri):
        return Server(uri.rstrip("/"), experiment=run.mlflow_experiment_id)
    return find(home) if uri == mlflow_store.display_uri(mlflow_store.tracking_uri(home)) else None


def link(server: Server, runs: Sequence[tuple[str, str]] = (), *, experiment: str | None = None) -> str:
    """The page of one run, of a comparison, or of the list; ``runs``: (MLflow's experiment id, MLflow's run id)."""
    if len(runs) == 1:
        return f"{server.address}/#/experiments/{quote(runs[0][0])}/runs/{quote(runs[0][1])}"
    if runs:
        ids = quote(json.dumps([run for _, run in runs], separators=(",", ":")))
        experiments = quote(json.dumps(sorted({one for one, _ in runs}), separators=(",", ":")))
        return f"{server.address}/#/compare-runs?runs={ids}&experiments={experiments}"
    experiment = experiment or server.experiment
    return f"{server.address}/#/experiments/{quote(experiment)}/runs" if experiment else server.address


def charts(server: Server, experiment: str) -> str:
    """The chart view of an experiment."""
    return f"{server.address}/#/experiments/{quote(experiment)}/runs?compareRunsMode=CHART"


def end_family(pid: int) -> None:
    """Ends a process and all that it started; what does not leave in time is killed."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.terminate()
        except psutil.NoSuchProcess:
            continue
    _, left = psutil.wait_procs(family, timeout=LEAVING_SECONDS)
    for process in left:
        process.kill()


def _is_served(uri: str) -> bool:
    return uri.lower().startswith(("http://", "https://"))


def _card(home: Home) -> dict[str, Any]:
    try:
        stored = json.loads((home.jobs / CARD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) and isinstance(stored.get("port"), int) else {}


def _process(card: dict[str, Any], name: str) -> ProcessIdentity | None:
    try:
        return ProcessIdentity.from_dict(card[name])
    except (KeyError, TypeError, ValueError):
        return None


def _sweep(home: Home) -> None:
    """Ends what the card names: the process around the server, and a server that outlived one that was killed."""
    card = _card(home)
    for name in ("process", "server"):
        process = _process(card, name)
        if process is not None and process.is_alive():
            end_family(process.pid)
    (home.jobs / CARD).unlink(missing_ok=True)


def _wait(home: Home, process: subprocess.Popen[bytes], progress: Progress | None) -> Server | None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS and process.poll() is None:
        if progress:
            progress("progress.mlflow", int(time.monotonic() - began), 0)
        found = find(home)
        if found is not None:
            return found
        time.sleep(0.3)
    return None


def _launch(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.mlflow_process", str(home.root)]
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    with (home.jobs / LOG).open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=process_environment(home), **detached
        )
