"""A stop that a worker does not follow: how long it is waited for, and its end by force.

A worker that works says so in ``progress.json``, between batches and while it measures, and looks there whether it
is to stop. One that hangs within a batch says nothing more. So it is waited for from the request, or from its last
sign where that came later: ``STOP_SECONDS``, longer where its batches take longer, and longer still while it does
what can't be done in parts (``UNHURRIED``: a checkpoint on a slow disk). What a kill loses is what came after the
last checkpoint; the run is STOPPED and can be resumed.
"""

from __future__ import annotations

import math
import os
import time

import psutil

from cnnlab.errors import Problem
from cnnlab.runs.journal import Journal, Progress, Status
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

STOP_SECONDS = 60.0  # or CNNLAB_STOP_SECONDS, as it was when the run was queued
UNHURRIED_SECONDS = 600.0
UNHURRIED = ("saving", "explaining")  # phases in which nothing is said before they end
TIMES_THE_LONGEST = 3.0  # so many times the longest batch so far
LEAVING_SECONDS = 5.0
_SETTING = "CNNLAB_STOP_SECONDS"
_ACTIVE = (RunState.STARTING, RunState.RUNNING)


def forced_at(journal: Journal, status: Status) -> float | None:
    """When the worker is ended by force unless it is heard of before, in seconds since the epoch.

    ``None`` where nobody asked for a stop, or no worker is known that could be ended.
    """
    asked = journal.stop_asked()
    if asked is None or not status.state.is_active or status.worker is None:
        return None
    progress = _of_this_attempt(journal.progress(), status)
    heard = asked if progress is None else max(asked, progress.time)
    return heard + _patience(journal, progress)


def end_overdue(journal: Journal, attempt: int) -> bool:
    """Kills the worker of a run whose time to stop is over, and writes STOPPED; whether it did.

    ``False`` also for one that does not leave (it waits for a disk, say): the next look tries again. Of this and an
    ending of the worker's own, the one that is written first counts.
    """
    status, now = journal.status(), time.time()
    at = forced_at(journal, status)
    if at is None or status.worker is None or status.attempt != attempt or now < at or not _kill(status.worker):
        return False
    reason = Problem("stopped_by_force", params={"seconds": round(now - (journal.stop_asked() or at))})
    stopped = journal.transition(RunState.STOPPED, allowed=_ACTIVE, attempt=attempt, stop_reason="user", reason=reason)
    if stopped is not None:
        journal.log(f"STOPPED {reason.sentence()}")
    return stopped is not None


def _patience(journal: Journal, progress: Progress | None) -> float:
    base = _stop_seconds(journal)
    if progress is None:
        return base
    if progress.phase in UNHURRIED:
        return max(base, UNHURRIED_SECONDS)
    return max(base, min(TIMES_THE_LONGEST * (progress.longest or 0.0), UNHURRIED_SECONDS))


def _stop_seconds(journal: Journal) -> float:
    try:
        said = float(journal.environment().get(_SETTING) or os.environ.get(_SETTING) or STOP_SECONDS)
    except ValueError:
        return STOP_SECONDS
    return max(1.0, said) if math.isfinite(said) else STOP_SECONDS


def _of_this_attempt(progress: Progress | None, status: Status) -> Progress | None:
    """What an earlier attempt said last is no sign of this one."""
    if progress is None or status.started is None or progress.time < status.started:
        return None
    return progress


def _kill(worker: ProcessIdentity) -> bool:
    """The process and what it started; whether it is gone."""
    if not worker.is_alive():
        return True
    try:
        process = psutil.Process(worker.pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return True
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=LEAVING_SECONDS)
    return not worker.is_alive()
