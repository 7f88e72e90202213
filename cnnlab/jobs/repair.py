"""Publishing what workers could not: runs whose MLflow part was unfinished when their worker ended."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from cnnlab.home import Home
from cnnlab.jobs.calls import Call, Launcher
from cnnlab.jobs.environment import recorded
from cnnlab.runs.journal import Journal

TARGET = "cnnlab.jobs.repair:main"
TRACKING = "MLFLOW_TRACKING_URI"
RETRY_SECONDS = 60.0

log = logging.getLogger("cnnlab.supervisor")


class Repairs:
    """At most one repair at a time, in a process of its own, since MLflow may be slow or away."""

    def __init__(self, home: Home, launcher: Launcher) -> None:
        self._home = home
        self._launcher = launcher
        self._wished = False
        self._not_before = 0.0
        self.under_way = False

    def wish(self) -> None:
        """A run has ended, here or unseen."""
        self._wished = True

    def seconds_left(self) -> float:
        """Until the next repair is due; long if none is wished for."""
        return max(0.05, self._not_before - time.monotonic()) if self._wished else RETRY_SECONDS

    def begin_if_due(self) -> None:
        if not self._wished or self.under_way or time.monotonic() < self._not_before:
            return
        if not self._launcher.warm:  # the first run goes first
            self._not_before = time.monotonic() + 1.0
            return
        self._wished = False
        self.under_way = True
        threading.Thread(target=self._repair, name="repair", daemon=True).start()

    def _repair(self) -> None:
        settings: dict[str, str | None] = {**recorded(), "CNNLAB_HOME": str(self._home.root)}
        call = Call(TARGET, (str(self._home.root),), settings, self._home.jobs / "repair.log")
        try:
            code = self._launcher.start(call).wait()
        except OSError:
            log.exception("no repair could be started")
            code = 1
        if code != 0:
            self._not_before = time.monotonic() + RETRY_SECONDS
            self._wished = True
        self.under_way = False


def main(home_root: str) -> None:
    """The repair's process enters here; it exits with 1 when something is still missing."""
    from cnnlab.runs.publisher import repair_all

    own = os.environ.get(TRACKING)

    def enter(journal: Journal) -> str:
        """A run is repaired where it was published, which need not be where this supervisor would publish."""
        recorded_then = journal.environment()
        address = recorded_then.get(TRACKING) if recorded_then else own
        os.environ.pop(TRACKING, None)
        if address is not None:
            os.environ[TRACKING] = address
        return address or ""

    sys.exit(1 if repair_all(Home(Path(home_root)), enter=enter, failed=_tell) else 0)


def _tell(_: Home, run_id: str, error: Exception) -> None:
    """MLflow away or locked: the log of repairs says so, the next try may find it."""
    print(f"{run_id}:", file=sys.stderr)
    traceback.print_exception(error)
