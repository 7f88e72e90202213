"""The process around MLflow's server: makes the store, starts the server, ends it when nobody has been there.

``python -m cnnlab.jobs.mlflow_process HOME``; started by ``mlflow_ui``. With ``store`` behind it, only makes the store.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

from cnnlab.home import Home, write_atomically
from cnnlab.jobs.mlflow_ui import CARD, LOG, end_family
from cnnlab.runs import mlflow_store
from cnnlab.runs.process import ProcessIdentity

IDLE_SECONDS = 1800.0  # after the app was last open and MLflow's pages last asked for anything
LOOK_SECONDS = 5.0
_MARKS = ("app_alive", CARD, LOG)  # the log gets a line for every request


def main(root: str) -> int:
    home = Home(Path(root))
    signal.signal(signal.SIGTERM, _leave)
    experiment = _made_store(home)
    port = _free_port()
    server = subprocess.Popen(_command(home, port), env=_environment(home), cwd=home.jobs)
    try:
        _write_card(home, port, server.pid, experiment, ready=False)
        while server.poll() is None and not _answers(port):
            time.sleep(0.3)
        _write_card(home, port, server.pid, experiment, ready=True)
        while server.poll() is None and not _is_idle(home):
            time.sleep(LOOK_SECONDS)
    finally:
        (home.jobs / CARD).unlink(missing_ok=True)
        end_family(server.pid)
    return 0


def _made_store(home: Home) -> str:
    """Before the server, which would migrate a new database beside a worker. Gives our experiment's id.

    Raises ``CalledProcessError``. In a process of its own, because this one stays and MLflow takes 200 MB.
    """
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.mlflow_process", str(home.root), "store"]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout.split()[-1]


def _command(home: Home, port: int) -> list[str]:
    """On loopback, for names of this machine only: a page from elsewhere can't reach it by a name of its own."""
    hosts = [f"{name}{any_port}" for name in ("127.0.0.1", "localhost") for any_port in ("", ":*")]
    options = {
        "host": "127.0.0.1",
        "port": str(port),
        "workers": "1",
        "allowed-hosts": ",".join(hosts),
        "default-artifact-root": (home.mlflow.absolute() / "artifacts").as_uri(),
    }
    command = [sys.executable, "-m", "mlflow", "server"]
    return command + [part for name, value in options.items() for part in (f"--{name}", value)]


def _environment(home: Home) -> dict[str, str]:
    """The address goes in here: it may hold a password, and command lines are read by everybody."""
    return {
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": mlflow_store.tracking_uri(home),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


def _write_card(home: Home, port: int, server: int, experiment: str, *, ready: bool) -> None:
    card = {
        "port": port,
        "process": ProcessIdentity.own().as_dict(),
        "server": ProcessIdentity.of(server).as_dict(),
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
    marks = [path.stat().st_mtime for name in _MARKS if (path := home.jobs / name).exists()]
    return bool(marks) and time.time() - max(marks) > IDLE_SECONDS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    if sys.argv[2:] == ["store"]:
        print(mlflow_store.ensure_store(Home(Path(sys.argv[1]))))
    else:
        sys.exit(main(sys.argv[1]))
