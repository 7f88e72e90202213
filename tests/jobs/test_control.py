from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

OWN = ProcessIdentity.own()
DEAD = replace(OWN, started=OWN.started - 1000)  # our pid, but another process that had it before
FINAL = [state for state in RunState if state.is_final]


@pytest.fixture
def journal(home: Home, started: list[Home]) -> Journal:
    return Journal.open(home, submit(Experiment(), home))


def put(journal: Journal, state: RunState, worker: ProcessIdentity | None = None) -> Status:
    status = journal.transition(state, allowed=list(RunState), worker=worker)
    assert status is not None
    return status


def refused(code: str, action, *arguments) -> RunError:
    with pytest.raises(RunError) as caught:
        action(*arguments)
    assert caught.value.problem.code == code
    assert caught.value.message("es") != caught.value.message("en")
    return caught.value


def test_submit_writes_the_run_down_and_wakes_the_supervisor(
    home: Home, started: list[Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:1")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "hidden")
    run_id = submit(Experiment(name="mine"), home, parent="p", group="g")
    journal = Journal.open(home, run_id)
    status = journal.status()
    assert (status.state, status.attempt, status.parent, status.group) == (RunState.QUEUED, 1, "p", "g")
    assert journal.environment()["MLFLOW_TRACKING_URI"] == "http://localhost:1"
    assert "hidden" not in (journal.folder / "environment.json").read_text()
    assert started == [home]


def test_a_waiting_run_stops_at_once(journal: Journal, home: Home) -> None:
    assert control.stop(journal.run_id, home) is RunState.STOPPED
    assert journal.status().stop_reason == "user"
    assert not journal.stop_requested()


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING])
def test_a_run_at_work_is_asked(journal: Journal, home: Home, state: RunState) -> None:
    put(journal, state, OWN)
    assert control.stop(journal.run_id, home) is state
    assert journal.stop_requested()


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING])
def test_a_run_whose_worker_is_gone_is_lost_when_stopped(journal: Journal, home: Home, state: RunState) -> None:
    put(journal, state, DEAD)
    assert control.stop(journal.run_id, home) is RunState.LOST
    reason = journal.status().reason
    assert reason is not None
    assert reason.code == "worker_vanished"


def test_a_run_left_between_queue_and_worker_stops(journal: Journal, home: Home) -> None:
    put(journal, RunState.STARTING)
    assert control.stop(journal.run_id, home) is RunState.STOPPED
    late = journal.transition(RunState.RUNNING, allowed=(RunState.STARTING, RunState.STOPPED), attempt=1)
    assert late is None, "the worker that was born after all must find itself stale"


@pytest.mark.parametrize("state", FINAL)
def test_an_ended_run_can_not_be_stopped(journal: Journal, home: Home, state: RunState) -> None:
    put(journal, state)
    error = refused("run_is_final", control.stop, journal.run_id, home)
    assert f"({state.value.lower()})" in error.message("en")
    assert journal.status().state is state


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.FAILED, RunState.LOST])
def test_resume_raises_the_attempt_and_forgets_the_stop(
    journal: Journal, home: Home, started: list[Home], state: RunState
) -> None:
    put(journal, state)
    journal.request_stop()
    assert control.resume(journal.run_id, home) == 2
    status = journal.status()
    assert (status.state, status.attempt, status.ended, status.reason) == (RunState.QUEUED, 2, None, None)
    assert not journal.stop_requested()
    assert started == [home, home]


def test_resume_of_a_run_whose_worker_died_unseen(journal: Journal, home: Home) -> None:
    put(journal, RunState.RUNNING, DEAD)
    assert control.resume(journal.run_id, home) == 2


def test_resume_refuses_a_run_that_a_worker_holds(
    journal: Journal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "LEAVING_SECONDS", 0.5)
    put(journal, RunState.STOPPED)
    with journal.worker_lock():
        refused("run_is_held", control.resume, journal.run_id, home)
    assert journal.status().attempt == 1


def test_resume_refuses_a_live_worker_a_waiting_and_a_finished_run(journal: Journal, home: Home) -> None:
    refused("run_is_queued", control.resume, journal.run_id, home)
    put(journal, RunState.RUNNING, OWN)
    refused("run_is_held", control.resume, journal.run_id, home)
    put(journal, RunState.FINISHED)
    error = refused("run_is_finished", control.resume, journal.run_id, home)
    assert "--like" in error.message("en")


def test_the_foreground_claims_a_run_before_the_queue_can(journal: Journal) -> None:
    assert control.prepare_resume(journal, worker=OWN) == 2
    assert journal.status().state is RunState.STARTING
    assert journal.transition(RunState.STARTING, allowed=(RunState.QUEUED,)) is None


def test_a_run_made_for_the_foreground_never_waits_in_the_queue(home: Home) -> None:
    status = Journal.create(home, Experiment(), worker=OWN).status()
    assert (status.state, status.worker) == (RunState.STARTING, OWN)


def test_delete_and_restore(journal: Journal, home: Home) -> None:
    refused("run_has_not_ended", control.delete, journal.run_id, home)
    put(journal, RunState.FAILED)
    control.delete(journal.run_id, home)
    refused("run_is_elsewhere", control.stop, journal.run_id, home)
    assert control.deleted(home) == [journal.run_id]
    control.restore(journal.run_id, home)
    assert journal.status().state is RunState.FAILED
    refused("run_not_in_trash", control.restore, journal.run_id, home)


def test_delete_waits_for_a_worker_that_is_just_ending(journal: Journal, home: Home) -> None:
    put(journal, RunState.FINISHED)
    with journal.worker_lock():
        refused("run_is_held", control.delete, journal.run_id, home)
    control.delete(journal.run_id, home)


def test_the_trash_is_emptied_after_a_week(home: Home, started: list[Home]) -> None:
    young, old = (submit(Experiment(), home) for _ in range(2))
    for run_id in (young, old):
        control.stop(run_id, home)
        control.delete(run_id, home)
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(home.runs / ".trash" / old, (eight_days_ago, eight_days_ago))
    assert control.purge(home) == [old]
    assert control.deleted(home) == [young]


@pytest.mark.parametrize("action", [control.stop, control.resume, control.delete])
def test_runs_of_another_home_are_not_acted_on(home: Home, action) -> None:
    refused("run_is_elsewhere", action, "0" * 32, home)


@pytest.mark.parametrize("action", [control.stop, control.resume, control.delete, control.restore])
@pytest.mark.parametrize("run_id", ["../escape", "", "0" * 31, "A" * 32])
def test_an_id_that_is_none_is_never_joined_to_a_path(home: Home, action, run_id: str) -> None:
    refused("unknown_run", action, run_id, home)
