"""Supervisors that die: their workers go on, and the next one takes over what they left."""

from __future__ import annotations

import os

import psutil
import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control, supervisor
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.jobs.fake_worker import work
from tests.queue_of_fakes import ended, kill, pretend, queue, wait_until

__all__ = ["queue"]
pytestmark = pytest.mark.slow


def kill_supervisor(home: Home) -> psutil.Process:
    """kill -9; returns its fork server's process."""
    process = psutil.Process(wait_until(lambda: supervisor.status(home)["pid"]))
    (server,) = [child for child in process.children() if "cnnlab.jobs.forkserver" in child.cmdline()]
    process.kill()
    wait_until(lambda: not supervisor.is_running(home))
    return server


def running(home: Home, behaviour: str) -> Journal:
    journal = pretend(home, behaviour)
    wait_until(lambda: journal.status().state is RunState.RUNNING)
    return journal


def test_a_worker_outlives_its_supervisor_and_ends_well(queue: Home) -> None:
    journal = running(queue, "sleep 1.5")
    server = kill_supervisor(queue)
    assert ended(journal).state is RunState.FINISHED
    wait_until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)


def test_an_adopted_worker_that_is_killed_is_lost_within_15_seconds(queue: Home) -> None:
    journal = running(queue, "sleep 60")
    kill_supervisor(queue)
    supervisor.ensure(queue)
    wait_until(lambda: supervisor.status(queue)["workers"])
    kill(journal.status())
    status = ended(journal, 15)
    assert status.state is RunState.LOST
    assert status.reason is not None
    assert status.reason.code == "worker_vanished"


def test_what_died_while_no_supervisor_was_there_is_lost_when_one_comes(queue: Home) -> None:
    journal = running(queue, "sleep 60")
    kill_supervisor(queue)
    kill(journal.status())
    supervisor.ensure(queue)
    assert ended(journal, 15).state is RunState.LOST
    assert control.resume(journal.run_id, queue) == 2


def test_a_run_left_between_queue_and_worker_is_started_again(queue: Home) -> None:
    journal = Journal.create(queue, Experiment(name="sleep 0"))
    journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,), worker=None)
    supervisor.ensure(queue)
    status = ended(journal)
    assert (status.state, status.attempt) == (RunState.FINISHED, 2)


def test_the_queue_survives(queue: Home) -> None:
    first = running(queue, "sleep 1")
    second = pretend(queue, "sleep 0")
    kill_supervisor(queue)
    third = pretend(queue, "sleep 0")
    assert [ended(journal).state for journal in (first, second, third)] == [RunState.FINISHED] * 3


def test_a_stop_reaches_a_worker_without_a_supervisor(queue: Home) -> None:
    journal = running(queue, "sleep 60")
    kill_supervisor(queue)
    control.stop(journal.run_id, queue)
    assert ended(journal).state is RunState.STOPPED


def test_a_stale_attempt_writes_nothing(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal.create(home, Experiment(name="sleep 0"))
    journal.transition(RunState.STOPPED, allowed=(RunState.QUEUED,))
    assert control.prepare_resume(journal, worker=ProcessIdentity.own()) == 2
    before = {path: path.read_bytes() for path in journal.folder.iterdir() if path.is_file()}
    work(journal, attempt=1)
    assert capsys.readouterr().out == "stale\n"
    changed = [path.name for path, content in before.items() if path.read_bytes() != content]
    assert changed == []
    assert journal.progress() is None


def test_a_killed_foreground_run_is_noticed(queue: Home) -> None:
    """It was never in the queue, but a supervisor that is there watches it like its own."""
    supervisor.ensure(queue)
    wait_until(lambda: supervisor.status(queue)["pid"])
    child = os.fork()
    if child == 0:
        Journal.create(queue, Experiment(name="foreground"), worker=ProcessIdentity.own())
        supervisor.wake(queue)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    (folder,) = [path for path in queue.runs.iterdir() if len(path.name) == 32]
    assert ended(Journal(folder), 15).state is RunState.LOST
