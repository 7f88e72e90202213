"""What may be done to a run from outside: stop, resume, delete, restore.

Each takes the home's control lock for a moment, so that of two people who act on one run at once, the second sees
what the first did; and each change of state is a compare-and-set, so that of a person and a worker one wins.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from filelock import FileLock

from cnnlab.errors import Problem, RunError
from cnnlab.home import RUN_ID, Home
from cnnlab.jobs import supervisor
from cnnlab.jobs.environment import recorded
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

KEPT_DAYS = 7  # how long a deleted run can be restored
LEAVING_SECONDS = 15.0
ACTIVE = (RunState.STARTING, RunState.RUNNING)


def stop(run_id: str, home: Home) -> RunState:
    """Asks a run to stop and returns its state now: STOPPED if it was waiting, LOST if its worker was gone.

    STARTING or RUNNING means that the worker was asked: it finishes the batch, writes a checkpoint and ends STOPPED,
    unless it was ending in another way already. Raises ``RunError`` ("run_is_final", "run_is_elsewhere").
    """
    journal = _here(run_id, home)
    with _controlling(home):
        before = journal.status()
        status = settle(journal, home)
        if status.state.is_final:
            if before.state.is_final:
                raise RunError("run_is_final", value=run_id, state=status.state.value)
            return status.state
        if status.state is RunState.QUEUED:
            stopped = journal.transition(RunState.STOPPED, allowed=(RunState.QUEUED,), stop_reason="user")
            if stopped is not None:
                return stopped.state
        journal.request_stop()
    supervisor.wake(home)
    return journal.status().state


def prepare_resume(journal: Journal, *, worker: ProcessIdentity | None = None) -> int:
    """Makes a run ready to be trained again and returns its new attempt.

    It becomes QUEUED, or with ``worker`` STARTING under that process, which also may take a run that still waits in
    the queue. Raises ``RunError``: "run_is_held" (somebody is at work on it), "run_is_queued", "run_is_finished".
    """
    return _claim(journal, worker)


def resume(run_id: str, home: Home) -> int:
    """Queues a stopped, failed or lost run again and returns its new attempt. Raises as ``prepare_resume`` does."""
    attempt = _claim(_here(run_id, home), None)
    supervisor.ensure(home)
    return attempt


def delete(run_id: str, home: Home) -> None:
    """Moves a run that has ended to the trash, where it stays for a week.

    Raises ``RunError``: "run_has_not_ended", "run_is_held" (it is just ending), "run_is_elsewhere".
    """
    journal = _here(run_id, home)
    with _controlling(home):
        status = settle(journal, home)
        if not status.state.is_final:
            raise RunError("run_has_not_ended", value=run_id, state=status.state.value)
        if journal.is_held():
            raise RunError("run_is_held", value=run_id)
        trash = _trash(home)
        trash.mkdir(exist_ok=True)
        os.utime(journal.folder)  # a folder's own time says when it was deleted
        journal.folder.rename(trash / run_id)


def restore(run_id: str, home: Home) -> None:
    """Takes a run back from the trash. Raises ``RunError`` ("run_not_in_trash")."""
    folder = home.run_folder(run_id)
    with _controlling(home):
        if not (_trash(home) / run_id / "state.json").is_file():
            raise RunError("run_not_in_trash", value=run_id, days=KEPT_DAYS)
        (_trash(home) / run_id).rename(folder)


def deleted(home: Home) -> list[str]:
    """The runs in the trash, the one deleted last first."""
    if not _trash(home).is_dir():
        return []
    folders = [folder for folder in _trash(home).iterdir() if RUN_ID.fullmatch(folder.name)]
    return [folder.name for folder in sorted(folders, key=lambda folder: -folder.stat().st_mtime)]


def purge(home: Home, *, days: float = KEPT_DAYS) -> list[str]:
    """Deletes for good what has been in the trash for longer than ``days``; returns those runs."""
    oldest = time.time() - days * 86_400
    with _controlling(home):
        old = [run_id for run_id in deleted(home) if (_trash(home) / run_id).stat().st_mtime < oldest]
        for run_id in old:
            shutil.rmtree(_trash(home) / run_id)
    return old


def settle(journal: Journal, home: Home) -> Status:
    """The status of a run after writing down what nobody else will: that its worker is gone.

    A run that was STARTING without a worker when its supervisor died goes back into the queue, with a higher attempt:
    should the worker have been born after all, it finds itself stale.
    """
    status = journal.status()
    if not status.state.is_active or journal.is_held():
        return status
    if status.worker is None:
        if status.state is RunState.STARTING and supervisor.is_running(home):
            return status
        journal.transition(RunState.QUEUED, allowed=(RunState.STARTING,), attempt=status.attempt, next_attempt=True)
    elif not status.worker.is_alive():
        mark_lost(journal, status.attempt, Problem("worker_vanished"))
    return journal.status()


def mark_lost(journal: Journal, attempt: int, reason: Problem) -> Status | None:
    """LOST, if the attempt is still at work by the books; ``None`` if it had ended after all."""
    lost = journal.transition(RunState.LOST, allowed=ACTIVE, attempt=attempt, reason=reason)
    if lost is not None:
        journal.log(f"LOST {reason.sentence()}")
    return lost


def _claim(journal: Journal, worker: ProcessIdentity | None) -> int:
    home = Home(journal.folder.parents[1])
    _wait_until_left(journal)
    with _controlling(home):
        status = settle(journal, home)
        _refuse_unless_resumable(status, journal, claims_queued=worker is not None)
        journal.clear_stop()
        if worker is None:
            journal.record_environment(recorded())
        claimed = journal.transition(
            RunState.STARTING if worker else RunState.QUEUED,
            allowed=(status.state,),
            attempt=status.attempt,
            next_attempt=True,
            worker=worker,
            ended=None,
            reason=None,
            stop_reason=None,
        )
    if claimed is None:  # the queue took it in this very moment
        raise RunError("run_is_held", value=journal.run_id)
    return claimed.attempt


def _wait_until_left(journal: Journal) -> None:
    """A worker whose run has ended may still be telling MLflow the last of it, which takes it seconds at most."""
    limit = time.monotonic() + LEAVING_SECONDS
    while journal.status().state.can_resume and journal.is_held() and time.monotonic() < limit:
        time.sleep(0.1)


def _refuse_unless_resumable(status: Status, journal: Journal, *, claims_queued: bool) -> None:
    if status.state is RunState.FINISHED:
        raise RunError("run_is_finished", value=status.run_id)
    if status.state is RunState.QUEUED and not claims_queued:
        raise RunError("run_is_queued", value=status.run_id)
    if status.state.is_active or journal.is_held():
        raise RunError("run_is_held", value=status.run_id)


def _here(run_id: str, home: Home) -> Journal:
    if not (home.run_folder(run_id) / "state.json").is_file():
        raise RunError("run_is_elsewhere", value=run_id)
    return Journal.open(home, run_id)


def _controlling(home: Home) -> FileLock:
    home.ensure()
    return FileLock(home.jobs / "control.lock")


def _trash(home: Home) -> Path:
    return home.runs / ".trash"
