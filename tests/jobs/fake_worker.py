"""A worker without torch: it behaves as the experiment's name says, by the same rules as the real one."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from filelock import Timeout

from cnnlab.home import Home
from cnnlab.jobs import slots
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.position import stamp, write_position
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

ACTIVE = (RunState.STARTING, RunState.RUNNING)


def main(run_id: str, attempt: int, home_root: str) -> None:
    home = Home(Path(home_root))
    journal = Journal.open(home, run_id)
    with slots.hold(home, wait=True, give_up=journal.stop_requested):
        try:
            lock = journal.worker_lock().acquire(timeout=5)
        except Timeout:
            return
        with lock:
            work(journal, attempt)


def work(journal: Journal, attempt: int) -> None:
    """As named: "sleep SECONDS", "kill SIGNAL", "exit CODE", "raise", "hang PHASE" (deaf to a stop), "deaf SECONDS"."""
    behaviour, _, value = journal.experiment().name.partition(" ")
    begun = {"worker": ProcessIdentity.own(), "started": time.time()}
    running = journal.transition(RunState.RUNNING, allowed=ACTIVE, attempt=attempt, **begun)
    if running is None:
        print("stale")
        return
    print(f"working as {os.getpid()} in {os.environ['CNNLAB_HOME']}")
    phase = value if behaviour == "hang" else "training"
    journal.write_progress(Progress(phase, epoch=1, epochs=1, step=1, steps=1))
    if behaviour == "hang":
        signal.pause()
    if behaviour == "kill":
        os.kill(os.getpid(), int(value))
    if behaviour == "exit":
        os._exit(int(value))
    if behaviour == "raise":
        raise RuntimeError("a defect")
    end = time.monotonic() + float(value or 0)
    while time.monotonic() < end and (behaviour == "deaf" or not journal.stop_requested()):
        time.sleep(0.002)
        if behaviour == "deaf":  # as while the test split is measured
            journal.write_progress(Progress("testing", epoch=1, epochs=1, step=1, steps=1))
    stopped = journal.stop_requested()
    journal.transition(RunState.STOPPED if stopped else RunState.FINISHED, allowed=ACTIVE, attempt=attempt)
    write_position(journal.folder, {"complete": stamp(journal.status())})  # as if MLflow had been told
    if behaviour == "linger":  # as a publisher that drains
        signal.pause()
