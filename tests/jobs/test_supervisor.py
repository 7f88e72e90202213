from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from cnnlab.home import Home
from cnnlab.jobs import control, slots, supervisor
from cnnlab.jobs.supervisor import process_environment
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.queue_of_fakes import ended, pretend, wait_until


def test_a_run_goes_from_the_queue_to_its_end(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere.db")
    journal = pretend(queue, "sleep 0")
    status = ended(journal)
    assert (status.state, status.attempt, status.worker) == (RunState.FINISHED, 1, None)
    assert f"in {queue.root}" in (journal.folder / "worker.log").read_text()


def test_one_slot_means_one_at_a_time_oldest_first(queue: Home) -> None:
    journals = [pretend(queue, "sleep 0.2") for _ in range(3)]
    statuses = [ended(journal) for journal in journals]
    starts = [json.loads((journal.folder / "progress.json").read_text())["time"] for journal in journals]
    assert starts == sorted(starts)
    assert all(later > earlier.ended for later, earlier in zip(starts[1:], statuses[:-1], strict=True))


def test_the_queue_waits_for_a_foreground_run(queue: Home) -> None:
    with slots.hold(queue, wait=False):
        journal = pretend(queue, "sleep 0")
        wait_until(lambda: supervisor.status(queue)["queue"] == [journal.run_id])
        time.sleep(0.2)
        assert journal.status().state is RunState.QUEUED
    assert ended(journal, 9).state is RunState.FINISHED, "the slot that came free should wake the supervisor"


@pytest.mark.parametrize(
    ("behaviour", "code", "params"),
    [
        ("kill 9", "worker_killed", {"signal": "SIGKILL"}),
        ("kill 15", "worker_killed", {"signal": "SIGTERM"}),
        ("exit 3", "worker_exited", {"exit_code": 3}),
        ("raise", "worker_exited", {"exit_code": 1}),
    ],
)
def test_a_worker_that_vanishes_is_lost_with_its_reason(
    queue: Home, behaviour: str, code: str, params: dict[str, object]
) -> None:
    journal = pretend(queue, behaviour)
    status = ended(journal)
    assert status.state is RunState.LOST
    assert status.reason is not None
    assert (status.reason.code, status.reason.params) == (code, params)
    assert wait_until(lambda: status.reason.sentence("en") in journal.log_text())
    if behaviour == "raise":
        assert "RuntimeError: a defect" in (journal.folder / "worker.log").read_text()


def test_a_lost_run_is_resumed(queue: Home) -> None:
    journal = pretend(queue, "kill 9")
    assert ended(journal).state is RunState.LOST
    assert control.resume(journal.run_id, queue) == 2
    assert wait_until(lambda: journal.status() if journal.status().state.is_final else None).attempt == 2


@pytest.mark.slow  # a repair may be telling MLflow about the run first
def test_it_ends_when_nobody_needs_it(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_SUPERVISOR_IDLE_SECONDS", "0.3")
    ended(pretend(queue, "sleep 0"))
    wait_until(lambda: not supervisor.is_running(queue), 120)
    assert supervisor.status(queue) == {
        "running": False, "pid": None, "digest": None, "warm": False, "workers": [], "queue": [],
    }  # fmt: skip


@pytest.mark.slow
def test_an_open_app_keeps_it(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_SUPERVISOR_IDLE_SECONDS", "1.5")
    supervisor.ensure(queue)
    pid = wait_until(lambda: supervisor.status(queue)["pid"])
    for _ in range(12):  # status is a sign of life too, so only the file says it here
        supervisor.heartbeat(queue)
        time.sleep(0.25)
    assert psutil.pid_exists(pid)
    wait_until(lambda: not supervisor.is_running(queue), 15)


def test_many_at_once_start_one(queue: Home) -> None:
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.supervisor_process", str(queue.root)]
    processes = [subprocess.Popen(command, env=process_environment(queue), stderr=subprocess.PIPE) for _ in range(3)]
    pid = wait_until(lambda: supervisor.status(queue)["pid"])
    losers = [process for process in processes if process.pid != pid]
    assert len(losers) == 2
    for loser in losers:
        _, said = loser.communicate(timeout=30)
        assert loser.returncode == 0
        assert b"another supervisor is at work" in said
    assert ended(pretend(queue, "sleep 0")).state is RunState.FINISHED
    assert supervisor.shutdown(queue)
    (winner,) = (process for process in processes if process.pid == pid)
    winner.communicate(timeout=10)
    assert winner.returncode == 0


def test_new_sources_take_over_and_the_worker_goes_on(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = pretend(queue, "sleep 3")
    before = wait_until(lambda: supervisor.status(queue)["pid"])
    wait_until(lambda: journal.status().state is RunState.RUNNING)
    worker = journal.status().worker
    assert worker is not None
    with monkeypatch.context() as changed:
        changed.setattr(supervisor, "digest", lambda: "of newer sources")
        supervisor.ensure(queue)
    wait_until(lambda: supervisor.status(queue)["pid"] not in (None, before))
    adopted = wait_until(lambda: supervisor.status(queue)["workers"])
    assert adopted == [{"run_id": journal.run_id, "pid": worker.pid, "attempt": 1}]
    assert ended(journal).state is RunState.FINISHED


def test_ensure_does_not_wait_for_a_cold_supervisor(queue: Home) -> None:
    started = time.monotonic()
    supervisor.ensure(queue)
    supervisor.ensure(queue)
    assert time.monotonic() - started < 0.5


def test_the_digest_names_the_sources() -> None:
    assert len(supervisor.digest()) == 64
    assert supervisor.digest() == supervisor.digest()


def test_a_worker_is_apart_from_who_started_it(queue: Home) -> None:
    journal = pretend(queue, "sleep 20")
    wait_until(lambda: journal.status().state is RunState.RUNNING)
    worker = journal.status().worker
    assert worker is not None
    assert os.getsid(worker.pid) == worker.pid
    control.stop(journal.run_id, queue)
    assert ended(journal).state is RunState.STOPPED


def test_without_a_fork_server_workers_are_spawned(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_START_METHOD", "spawn")
    assert ended(pretend(queue, "sleep 0")).state is RunState.FINISHED
    status = ended(pretend(queue, "kill 9"))
    assert status.reason is not None
    assert status.reason.params == {"signal": "SIGKILL"}


def test_a_dead_fork_server_is_replaced(queue: Home) -> None:
    ended(pretend(queue, "sleep 0"))
    supervising = psutil.Process(supervisor.status(queue)["pid"])
    (server,) = [child for child in supervising.children() if "cnnlab.jobs.forkserver" in child.cmdline()]
    server.kill()
    assert ended(pretend(queue, "sleep 0")).state is RunState.FINISHED
    assert ended(pretend(queue, "sleep 0")).state is RunState.FINISHED


def test_an_identity_is_more_than_a_pid() -> None:
    own = ProcessIdentity.own()
    assert own.is_alive()
    assert not ProcessIdentity(own.pid, own.started - 100, own.boot).is_alive()
    assert not ProcessIdentity(own.pid, own.started, "another boot").is_alive()
