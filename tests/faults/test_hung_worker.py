"""A worker that does not follow a stop: one that says nothing more is ended by force, one that works is let be."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from cnnlab import worker
from cnnlab.errors import Problem
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control, overdue
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal, Progress, Status
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.queue_of_fakes import ended, pretend, queue, wait_until

__all__ = ["queue"]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_STOP_SECONDS", "1")


def stopping(home: Home, behaviour: str) -> tuple[Journal, ProcessIdentity]:
    """A run of a pretending worker that was asked to stop, and that worker."""
    journal = pretend(home, behaviour)
    wait_until(journal.progress)
    found = journal.status().worker
    assert found is not None
    control.stop(journal.run_id, home)
    return journal, found


def test_what_hangs_is_ended_by_force_and_can_be_resumed(queue: Home, hurried: None) -> None:
    journal, process = stopping(queue, "hang training")
    status = ended(journal)
    assert (status.state, status.stop_reason) == (RunState.STOPPED, "user")
    assert status.reason is not None
    assert status.reason.code == "stopped_by_force"
    assert status.reason.sentence("en") != status.reason.sentence("es")
    said = status.reason.sentence()
    assert wait_until(lambda: said in journal.log_text())  # written after the state
    assert not process.is_alive()
    assert wait_until(lambda: not journal.is_held())
    assert control.resume(journal.run_id, queue) == 2
    assert journal.status().reason is None
    control.stop(journal.run_id, queue)
    assert ended(journal).state is RunState.STOPPED


def test_the_next_run_gets_the_slot(queue: Home, hurried: None) -> None:
    stopping(queue, "hang training")
    assert ended(pretend(queue, "sleep 0")).state is RunState.FINISHED


def test_what_works_is_let_be(queue: Home, hurried: None) -> None:
    """Measuring the test split, say, which ends well."""
    journal, _ = stopping(queue, "deaf 4")
    assert ended(journal).reason is None


@pytest.mark.parametrize("phase", overdue.UNHURRIED)
def test_a_slow_disk_is_waited_for(queue: Home, hurried: None, phase: str) -> None:
    journal, process = stopping(queue, f"hang {phase}")
    time.sleep(3)
    assert process.is_alive()
    assert journal.status().state is RunState.RUNNING


@pytest.mark.slow
def test_epochs_and_checkpoint_outlive_the_force_and_the_run_goes_on_as_if_uninterrupted(
    queue: Home, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_WORKER", "tests.faults.hanging_worker:main")
    quick = {"training.epochs": 4, "training.threads": 1, "training.batch_size": 256, "data.image_size": 12}
    experiment = Experiment().changed(quick)
    journal = Journal.open(queue, submit(experiment, queue))
    wait_until(lambda: len(journal.epochs()) == 2, 90)
    time.sleep(1)
    control.stop(journal.run_id, queue)
    status = ended(journal)
    assert status.reason is not None
    assert status.reason.code == "stopped_by_force"
    assert [record["epoch"] for record in journal.epochs()] == [1, 2]
    attempt = control.prepare_resume(journal, worker=ProcessIdentity.own())
    assert worker.run(journal, attempt, queue) is RunState.FINISHED, journal.log_text()
    assert [record["epoch"] for record in journal.epochs()] == [1, 2, 3, 4]
    whole = Journal.create(queue, experiment, worker=ProcessIdentity.own())
    assert worker.run(whole, 1, queue) is RunState.FINISHED
    assert journal.result()["final_state_sha256"] == whole.result()["final_state_sha256"]


# when it is time

NOW = 1_800_000_000.0


def asked(home: Home, monkeypatch: pytest.MonkeyPatch, progress: Progress | None, *, seconds: str = "") -> float | None:
    """Seconds from the request at ``NOW`` to the force, for a worker that began 100 s before."""
    if seconds:
        monkeypatch.setenv("CNNLAB_STOP_SECONDS", seconds)
    journal = Journal.create(home, Experiment(), worker=ProcessIdentity.own())
    journal.transition(RunState.RUNNING, allowed=(RunState.STARTING,), started=NOW - 100)
    if progress is not None:
        journal.write_progress(progress)
    journal.request_stop()
    os.utime(journal.folder / "stop", (NOW, NOW))
    at = overdue.forced_at(journal, journal.status())
    return None if at is None else at - NOW


@pytest.mark.parametrize(
    ("progress", "seconds"),
    [
        (None, 60),
        (Progress("training", time=NOW - 50), 60),
        (Progress("training", time=NOW + 5), 65),
        (Progress("training", time=NOW - 200), 60),  # of an earlier attempt
        (Progress("saving", time=NOW - 200), 60),
        (Progress("training", longest=90.0, time=NOW), 270),
        (Progress("training", longest=5000.0, time=NOW), 600),
        (Progress("saving", time=NOW - 50), 600),
    ],
)
def test_it_is_waited_for_as_its_work_needs(
    home: Home, monkeypatch: pytest.MonkeyPatch, progress: Progress | None, seconds: float
) -> None:
    assert asked(home, monkeypatch, progress) == pytest.approx(seconds)


@pytest.mark.parametrize(("setting", "seconds"), [("5", 5), ("never", 60), ("-3", 1), ("nan", 60), ("inf", 60)])
def test_the_time_is_a_setting(home: Home, monkeypatch: pytest.MonkeyPatch, setting: str, seconds: float) -> None:
    assert asked(home, monkeypatch, None, seconds=setting) == pytest.approx(seconds)


def test_nobody_is_forced_who_was_not_asked_or_has_ended(home: Home) -> None:
    journal = Journal.create(home, Experiment(), worker=ProcessIdentity.own())
    assert overdue.forced_at(journal, journal.status()) is None
    journal.request_stop()
    os.utime(journal.folder / "stop", (NOW, NOW))
    asked_first = journal.stop_asked()
    journal.request_stop()
    assert journal.stop_asked() == asked_first, "asking again must not put it off"
    assert overdue.forced_at(journal, replace(journal.status(), worker=None)) is None
    assert overdue.forced_at(journal, Status(journal.run_id, RunState.STOPPED)) is None


def test_of_a_force_and_an_end_of_its_own_the_first_counts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(home, Experiment(), worker=ProcessIdentity.own())
    journal.request_stop()
    os.utime(journal.folder / "stop", (NOW - 1e9, NOW - 1e9))

    def killed(_: ProcessIdentity) -> bool:
        journal.transition(RunState.FAILED, allowed=(RunState.STARTING,), reason=Problem("disk_full", "CNNLAB_HOME"))
        return True

    monkeypatch.setattr(overdue, "_kill", killed)
    assert not overdue.end_overdue(journal, 1)
    assert journal.status().state is RunState.FAILED


def test_another_attempt_is_not_touched(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(home, Experiment(), worker=ProcessIdentity.own())
    journal.request_stop()
    os.utime(journal.folder / "stop", (NOW - 1e9, NOW - 1e9))
    monkeypatch.setattr(overdue, "_kill", lambda _: pytest.fail("it has another worker"))
    assert not overdue.end_overdue(journal, 2)
