"""The supervisor's process: takes the home's lock, or leaves again, and serves until nobody needs it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from cnnlab.home import Home, write_atomically
from cnnlab.jobs import supervisor, wire
from cnnlab.jobs.calls import Launcher
from cnnlab.jobs.forkserver import PRELOAD, ForkServer
from cnnlab.jobs.spawning import Spawner
from cnnlab.runs.process import ProcessIdentity

WORKER = "cnnlab.worker:main"
TAKEOVER_SECONDS = 210.0  # one that hands over may be waiting for its fork server to import

log = logging.getLogger("cnnlab.supervisor")


def main(home_root: str) -> None:
    """The whole life of a supervisor's process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    home = Home(Path(home_root)).ensure()
    card = supervisor.starting_card(home)
    write_atomically(card, json.dumps(ProcessIdentity.own().as_dict()))
    lock = _lock_of(home)
    if lock is None:
        _take_back(card)
        log.info("another supervisor is at work")
        return
    handing_over = False
    try:
        handing_over = _serve(home)
    finally:
        lock.release()
        if not handing_over:
            _end_mlflow(home)


def _take_back(card: Path) -> None:
    """Our word that the queue will be looked at, which the other supervisor keeps; not that of a third one."""
    with contextlib.suppress(FileNotFoundError):
        if ProcessIdentity.from_dict(json.loads(card.read_text("utf-8"))) == ProcessIdentity.own():
            card.unlink()


def _end_mlflow(home: Home) -> None:
    from cnnlab.jobs import mlflow_ui  # at the very end: it reads experiments, which no first run should wait for

    mlflow_ui.stop_unless_starting(home)


def _serve(home: Home) -> bool:
    """Whether another supervisor takes over."""
    launcher = _launcher(home)
    from cnnlab.jobs.supervising import IDLE_SECONDS, Supervisor  # while the fork server is importing already

    idle = float(os.environ.get("CNNLAB_SUPERVISOR_IDLE_SECONDS", IDLE_SECONDS))
    serving = Supervisor(home, launcher, worker=os.environ.get("CNNLAB_WORKER", WORKER), idle_seconds=idle)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return serving.serve()
    finally:
        launcher.close()


def _lock_of(home: Home) -> FileLock | None:
    """The home's supervisor lock, waiting for one who is leaving; ``None`` when another serves and was woken."""
    lock = supervisor.supervisor_lock(home)
    end = time.monotonic() + TAKEOVER_SECONDS
    while time.monotonic() < end:
        try:
            lock.acquire(timeout=0.2)
            return lock
        except Timeout:
            answer = wire.ask(home, {"command": "wake", "digest": supervisor.digest()}, seconds=1.0)
            if answer is not None and not answer.get("handing_over"):
                return None
    return None


def _launcher(home: Home) -> Launcher:
    if sys.platform != "linux" or os.environ.get("CNNLAB_START_METHOD") == "spawn":
        return Spawner(home)
    named = os.environ.get("CNNLAB_WORKER", WORKER).partition(":")[0]
    return ForkServer(home, PRELOAD if named == WORKER.partition(":")[0] else (named,))


if __name__ == "__main__":
    main(sys.argv[1])
