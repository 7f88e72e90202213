"""MLflow's server with somebody who looks after it: makes the store, says where it is, ends it when nobody is there.

``python -m cnnlab.jobs.mlflow_process HOME``; started by ``mlflow_ui``. With ``store`` behind it, only makes the store.
MLflow's own process, which only waits for the one that serves, is this one: so there are two.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import FrameType

import psutil

from cnnlab.home import Home, write_atomically
from cnnlab.jobs.mlflow_ui import CARD, LEAVING_SECONDS, end_family, last_used
from cnnlab.runs import mlflow_store
from cnnlab.runs.process import ProcessIdentity

IDLE_SECONDS = 1800.0  # after the app was last open and MLflow's pages last asked for anything
LOOK_SECONDS = 5.0


def main(root: str) -> int:
    """The keeper of MLflow's pages: starts them for the home at ``root``, and ends what it started."""
    home = Home(Path(root))
    signal.signal(signal.SIGTERM, _leave)
    experiment = _made_store(home)
    port = _free_port()
    os.chdir(home.jobs)
    os.environ.update(_environment(home))
    try:
        _write_card(home, port, experiment, ready=False)
        threading.Thread(target=_look_after, args=(home, port, experiment), name="look-after", daemon=True).start()
        sys.argv = ["mlflow", *_arguments(home, port)]
        runpy.run_module("mlflow", run_name="__main__")  # returns, or leaves, when its child has ended
    finally:
        (home.jobs / CARD).unlink(missing_ok=True)
        for child in psutil.Process().children():
            end_family(child.pid)
    return 0


def _look_after(home: Home, port: int, experiment: str) -> None:
    """Says when the server is born and when it answers; asks it to leave when nobody has been there."""
    while _serving() is None:
        time.sleep(0.1)
    _write_card(home, port, experiment, ready=False)  # should we be killed, the next one finds it and ends it
    while not _answers(port):
        time.sleep(0.3)
    _write_card(home, port, experiment, ready=True)
    while not _is_idle(home):
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)  # MLflow passes it on
    time.sleep(LEAVING_SECONDS)
    if (serving := _serving()) is not None:
        end_family(serving.pid)


def _serving() -> ProcessIdentity | None:
    """The process that serves, MLflow's only child that stays."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            return ProcessIdentity.of(child.pid)
    return None


def _made_store(home: Home) -> str:
    """Before the server, which would migrate a new database beside a worker. Gives our experiment's id.

    Raises ``CalledProcessError``. In a process of its own, because this one stays and MLflow takes 200 MB.
    """
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.mlflow_process", str(home.root), "store"]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout.split()[-1]


def _arguments(home: Home, port: int) -> list[str]:
    """On loopback, for names of this machine only: a page from elsewhere can't reach it by a name of its own."""
    hosts = [f"{name}{any_port}" for name in ("127.0.0.1", "localhost") for any_port in ("", ":*")]
    options = {
        "host": "127.0.0.1",
        "port": str(port),
        "workers": "1",
        "allowed-hosts": ",".join(hosts),
        "default-artifact-root": (home.mlflow.absolute() / "artifacts").as_uri(),
    }
    return ["server"] + [part for name, value in options.items() for part in (f"--{name}", value)]


def _environment(home: Home) -> dict[str, str]:
    """The address goes in here: it may hold a password, and command lines are read by everybody."""
    return {
        "MLFLOW_BACKEND_STORE_URI": mlflow_store.tracking_uri(home),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


def _write_card(home: Home, port: int, experiment: str, *, ready: bool) -> None:
    serving = _serving()
    card = {
        "port": port,
        "process": ProcessIdentity.own().as_dict(),
        "server": None if serving is None else serving.as_dict(),
        "uri": mlflow_store.display_uri(mlflow_store.tracking_uri(home)),
        "experiment": experiment,
        "ready": ready,
    }
    write_atomically(home.jobs / CARD, json.dumps(card))


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _leave(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signal module's signature
    raise SystemExit(0)


def _is_idle(home: Home) -> bool:
    """Nobody has had the app or MLflow's pages open for a while."""
    return time.time() - last_used(home) > IDLE_SECONDS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    if sys.argv[2:] == ["store"]:
        print(mlflow_store.ensure_store(Home(Path(sys.argv[1]))))
    else:
        sys.exit(main(sys.argv[1]))
