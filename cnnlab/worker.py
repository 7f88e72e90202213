"""One process, one run: a journal in, a journal out.

``main`` is where a new process enters; ``run`` is the life of the run, the same in the foreground. The loop in
``_train`` decides when to checkpoint, to report and to stop; ``fit`` only trains.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import Timeout

from cnnlab.errors import Problem, RunError
from cnnlab.failures import explain_failure, is_disk_full
from cnnlab.home import Home
from cnnlab.jobs import slots
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.publisher import Publisher
from cnnlab.runs.states import RunState
from cnnlab.session import Session, Stopped
from cnnlab.system import Sampler

Report = Callable[[Any], None]

LOCK_SECONDS = 5.0  # a reader that looks whether the lock is free holds it for an instant
RESERVE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Ending:
    state: RunState
    reason: Problem | None = None
    stop_reason: str | None = None


def main(run_id: str, attempt: int, home_root: str) -> None:
    """A new process enters here."""
    home = Home(Path(home_root))
    journal = Journal.open(home, run_id)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: journal.request_stop())
    run(journal, attempt, home)


def run(journal: Journal, attempt: int, home: Home, *, report: Report | None = None) -> RunState:
    """From STARTING to a final state, which is returned. A stale attempt changes nothing.

    It trains in a slot, and gives that back before MLflow has everything: the next run need not wait for that.

    Raises ``RunError`` ("run_is_held") when another process works on the run.
    """
    lock = journal.worker_lock()
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout as error:
        raise RunError("run_is_held", value=journal.run_id) from error
    try:
        begun: dict[str, Any] = {"worker": ProcessIdentity.own(), "started": time.time()}
        begun |= {"ended": None, "reason": None, "stop_reason": None}
        allowed = (RunState.QUEUED, RunState.STARTING)
        if journal.transition(RunState.STARTING, allowed=allowed, attempt=attempt, **begun) is None:
            return journal.status().state
        with Sampler(journal), Publisher(journal, home):
            _work_in_slot(journal, home, attempt, report or (lambda _: None))
    finally:
        lock.release()
    return journal.status().state


def _work_in_slot(journal: Journal, home: Home, attempt: int, report: Report) -> None:
    if slots.free_slots(home) == 0:
        waiting = Progress("waiting")
        journal.write_progress(waiting)
        report(waiting)
    with slots.hold(home, wait=True, give_up=journal.stop_requested) as held:
        ending = _ending_of(journal, home, attempt, report) if held else Ending(RunState.STOPPED, stop_reason="user")
        _finish(journal, attempt, ending)


def _ending_of(journal: Journal, home: Home, attempt: int, report: Report) -> Ending:
    reserve = _reserve(journal)
    try:
        session = Session(journal, home, attempt, report)
        session.prepare()
        stop_reason = session.train()
        session.conclude(stop_reason)
        return Ending(RunState.FINISHED, stop_reason=stop_reason)
    except Stopped:
        return Ending(RunState.STOPPED, stop_reason="user")
    except Exception as error:  # whatever it is, it becomes the run's reason, and the log has the rest
        reserve.unlink(missing_ok=True)
        problem = explain_failure(error)
        text = traceback.format_exc() if problem.code == "unexpected" else problem.sentence()
        journal.log(text.rstrip())
        return Ending(RunState.FAILED, reason=problem)
    finally:
        reserve.unlink(missing_ok=True)


def _reserve(journal: Journal) -> Path:
    """A little space that is given back when the disk is full, so that the reason can still be written."""
    path = journal.folder / ".reserve"
    try:
        path.write_bytes(b"\0" * RESERVE_BYTES)
    except OSError as error:
        path.unlink(missing_ok=True)
        if not is_disk_full(error):
            raise
    return path


def _finish(journal: Journal, attempt: int, ending: Ending) -> None:
    """The one final transition. If a stale attempt comes here, another one owns the run by now: nothing is written."""
    active = (RunState.STARTING, RunState.RUNNING)
    fields: dict[str, Any] = {"reason": ending.reason, "stop_reason": ending.stop_reason}
    journal.log(f"{ending.state.value} {ending.stop_reason or (ending.reason.code if ending.reason else '')}".rstrip())
    journal.transition(ending.state, allowed=active, attempt=attempt, **fields)
