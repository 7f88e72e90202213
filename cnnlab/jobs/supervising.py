"""The supervisor: starts a worker a free slot, watches it, and says so when it vanished.

It never trains and never opens MLflow. All its work is done by one loop that takes events from one queue; threads
that each wait for one thing (a message, the end of a process) put them there.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from dataclasses import dataclass

from cnnlab.errors import LabError, Problem
from cnnlab.home import Home
from cnnlab.jobs import control, environment, mlflow_ui, overdue, slots, supervisor, wire
from cnnlab.jobs.calls import Call, Launcher, Process
from cnnlab.jobs.endings import out_of_memory_kills, reason_for
from cnnlab.jobs.repair import Repairs
from cnnlab.jobs.spawning import Spawner
from cnnlab.jobs.waiting import Lookout
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

IDLE_SECONDS = 600.0
LOOK_SECONDS = 10.0  # a foreground process that was killed gives its slot back without a word
STOPPING_LOOK_SECONDS = 1.0  # while a worker was asked to stop
PURGE_SECONDS = 3600.0

log = logging.getLogger("cnnlab.supervisor")


@dataclass(frozen=True)
class Event:
    """``kind``: "look" (something may have changed), "ended" (a watched process), "shutdown", "hand_over"."""

    kind: str
    run_id: str = ""
    attempt: int = 0
    exit_code: int | None = None


@dataclass(frozen=True)
class Worker:
    run_id: str
    attempt: int
    identity: ProcessIdentity
    kills_before: int  # of the system for want of memory, when the worker was first seen


class Supervisor:
    """``serve`` returns when it is idle, was told to end, or hands over (``True``). Workers go on in each case."""

    def __init__(self, home: Home, launcher: Launcher, *, worker: str, idle_seconds: float = IDLE_SECONDS):
        self._home = home
        self._launcher = launcher
        self._worker = worker
        self._idle_seconds = idle_seconds
        self._digest = supervisor.digest()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._lookout = Lookout(home)
        self._workers: dict[str, Worker] = {}
        self._queue: list[str] = []
        self._repairs = Repairs(home, launcher)
        self._last_sign = time.time()
        self._next_purge = 0.0
        self._look_again = False
        self._stopping = False

    def serve(self) -> bool:
        """The loop. A message that comes while it decides to end is still heard."""
        while True:
            listener = wire.Listener(self._home, self._answer)
            supervisor.starting_card(self._home).unlink(missing_ok=True)
            self._repairs.wish()
            handing_over = self._work()
            listener.close()
            if self._events.empty():
                return handing_over

    def _work(self) -> bool:
        """Whether another one takes over."""
        while True:
            try:
                self._look()
            except OSError:  # a full disk, say: the runs are looked at again in a moment
                log.exception("the runs could not be looked after")
                self._look_again = True
            self._repairs.begin_if_due()
            if self._is_idle():
                log.info("idle: ending")
                return False
            try:
                event = self._events.get(timeout=self._patience())
            except queue.Empty:
                continue
            if event.kind in ("shutdown", "hand_over"):
                log.info("%s: ending, workers go on: %s", event.kind, [*self._workers])
                return event.kind == "hand_over"
            if event.kind == "ended":
                try:
                    self._bury(event)
                except OSError:  # no worker of ours any more: the next look finds the run and tries again
                    log.exception("%s could not be marked as lost", event.run_id)
                    self._look_again = True

    # messages, answered in the listener's thread

    def _answer(self, message: wire.Message) -> wire.Message:
        self._last_sign = time.time()
        command = message.get("command")
        if command == "status":
            return self._status()
        if command == "shutdown":
            self._events.put(Event("shutdown"))
        elif message.get("digest", self._digest) != self._digest:
            self._events.put(Event("hand_over"))
            return {"handing_over": True}
        else:
            self._events.put(Event("look"))
        return {"ok": True, "digest": self._digest}

    def _status(self) -> wire.Message:
        workers = [
            {"run_id": worker.run_id, "pid": worker.identity.pid, "attempt": worker.attempt}
            for worker in list(self._workers.values())
        ]
        return {
            "pid": os.getpid(),
            "digest": self._digest,
            "warm": self._launcher.warm,
            "workers": workers,
            "queue": list(self._queue),
        }

    # looking at the runs

    def _look(self) -> None:
        """Adopts what others started, buries what died unseen, ends what will not stop, starts what waits."""
        self._look_again = False
        self._stopping = False
        waiting: list[Journal] = []
        for journal, status in self._lookout.look():
            if status.state.is_active and journal.run_id not in self._workers:
                status = self._adopt(journal, status)
            if status.state.is_active and journal.stop_requested():
                self._end_if_overdue(journal, status)
            if status.state is RunState.QUEUED:
                waiting.append(journal)
        self._queue = [journal.run_id for journal in waiting]
        for journal in waiting[: max(0, self._capacity())] if waiting else []:
            self._queue.remove(journal.run_id)
            self._start(journal)
        if time.monotonic() >= self._next_purge:
            self._next_purge = time.monotonic() + PURGE_SECONDS
            control.purge(self._home)

    def _capacity(self) -> int:
        """Free slots that no worker of ours is about to take."""
        holders = slots.holders(self._home)
        to_come = sum(worker.identity.pid not in holders for worker in self._workers.values())
        return slots.count() - len(holders) - to_come

    def _adopt(self, journal: Journal, status: Status) -> Status:
        if status.worker is None:
            # left by a supervisor that died between queue and worker, since we hold its lock
            requeued = journal.transition(
                RunState.QUEUED, allowed=(RunState.STARTING,), attempt=status.attempt, next_attempt=True
            )
            return requeued or journal.status()
        if status.worker.is_alive():
            self._watch(journal.run_id, status.attempt, status.worker, None, out_of_memory_kills())
            return status
        status = control.settle(journal, self._home)
        if status.state is RunState.LOST:
            log.info("%s lost: its worker was gone", journal.run_id)
            self._repairs.wish()
        return status

    def _end_if_overdue(self, journal: Journal, status: Status) -> None:
        self._stopping = True
        if overdue.end_overdue(journal, status.attempt):
            log.warning("%s did not follow a stop: its worker was killed", journal.run_id)
            self._repairs.wish()

    # starting and burying workers

    def _start(self, journal: Journal) -> None:
        status = journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,), worker=None)
        if status is None:
            return
        kills = out_of_memory_kills()
        call = Call(
            self._worker,
            (journal.run_id, status.attempt, str(self._home.root)),
            environment.for_worker(journal, self._home),
            journal.folder / "worker.log",
        )
        try:
            process = self._process_for(call)
        except OSError as error:
            reason = Problem("worker_not_started", params={"detail": error.strerror or str(error)})
            journal.transition(RunState.FAILED, allowed=(RunState.STARTING,), attempt=status.attempt, reason=reason)
            log.exception("%s: no worker could be started", journal.run_id)
            return
        if process.identity is None:  # it ended within a blink; the next look would take it for one never born
            control.mark_lost(journal, status.attempt, reason_for(process.wait(), kills))
            return
        journal.transition(
            RunState.STARTING, allowed=(RunState.STARTING,), attempt=status.attempt, worker=process.identity
        )
        log.info("%s attempt %d: worker %d", journal.run_id, status.attempt, process.identity.pid)
        self._watch(journal.run_id, status.attempt, process.identity, process, kills)

    def _process_for(self, call: Call) -> Process:
        try:
            return self._launcher.start(call)
        except OSError:
            log.exception("the fork server failed: a fresh interpreter takes its place")
            return Spawner(self._home).start(call)

    def _watch(self, run_id: str, attempt: int, identity: ProcessIdentity, process: Process | None, kills: int) -> None:
        self._workers[run_id] = Worker(run_id, attempt, identity, kills)

        def wait() -> None:
            code = None
            if process is not None:
                code = process.wait()
            else:
                identity.wait()  # not started by us: nobody tells how it ended
            self._events.put(Event("ended", run_id, attempt, code))

        threading.Thread(target=wait, name=f"watch-{run_id[:8]}", daemon=True).start()

    def _bury(self, event: Event) -> None:
        worker = self._workers.get(event.run_id)
        if worker is None or worker.attempt != event.attempt:  # resumed since: another process is at work
            return
        del self._workers[event.run_id]
        self._last_sign = time.time()
        self._repairs.wish()
        try:
            journal = Journal.open(self._home, event.run_id)
        except LabError:  # it ended, and was deleted since
            return
        if journal.status().state.is_active:
            reason = reason_for(event.exit_code, worker.kills_before)
            if control.mark_lost(journal, event.attempt, reason) is not None:
                log.info("%s lost: %s", event.run_id, reason)

    # ending

    def _is_idle(self) -> bool:
        if self._workers or self._queue or self._look_again or self._repairs.under_way:
            return False
        return self._seconds_left() <= 0

    def _seconds_left(self) -> float:
        last = max(self._last_sign, mlflow_ui.last_used(self._home))
        return last + self._idle_seconds - time.time()

    def _patience(self) -> float:
        if self._stopping:
            return STOPPING_LOOK_SECONDS
        if self._queue or self._workers or self._look_again:
            return LOOK_SECONDS
        return min(max(self._seconds_left(), 0.05), PURGE_SECONDS, self._repairs.seconds_left())
