"""The merged view over local folders: what it shows, what it derives, and that it stays fast."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.process import ProcessIdentity, boot_id
from cnnlab.runs.states import RunState
from cnnlab.runs.view import START_SECONDS, listing, view

DEAD = ProcessIdentity(pid=2**22 - 1, started=1.0, boot=boot_id())


def make(home: Home, state: RunState, **fields: object) -> Journal:
    journal = Journal.create(home, Experiment(name="try", owner="ana"))
    if state is not RunState.QUEUED:
        assert journal.transition(state, allowed=(RunState.QUEUED,), **fields)
    return journal


def aged(journal: Journal, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(journal.folder / "state.json", (then, then))


def test_a_new_run_is_queued_and_named(home: Home) -> None:
    journal = make(home, RunState.QUEUED)
    aged(journal, 3600)
    run = view(home, journal.run_id)
    assert (run.state, run.name, run.owner, run.dataset, run.architecture) == (
        RunState.QUEUED,
        "try",
        "ana",
        "digits",
        "lenet5",
    )
    assert run.local
    assert run.folder == journal.folder
    assert run.mlflow_run_id is None
    assert run.can_stop
    assert not run.can_resume


def test_a_living_worker_is_running(home: Home) -> None:
    own = ProcessIdentity.own()
    journal = make(home, RunState.RUNNING, worker=own, started=time.time() - 5)
    journal.write_progress(Progress("training", 1, 30, 3, 19, 0.5, 12.0))
    run = view(home, journal.run_id)
    assert run.state is RunState.RUNNING
    assert run.worker_pid == own.pid
    assert run.progress is not None
    assert run.progress.step == 3
    assert run.heard_seconds is not None
    assert run.heard_seconds < 5
    assert run.seconds == pytest.approx(5, abs=2)


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING])
def test_a_vanished_worker_is_lost_and_nothing_is_written(home: Home, state: RunState) -> None:
    journal = make(home, state, worker=DEAD)
    before = {path.name: path.read_bytes() for path in journal.folder.iterdir() if path.is_file()}
    run = view(home, journal.run_id)
    assert run.state is RunState.LOST
    assert run.reason is not None
    assert run.reason.code == "worker_vanished"
    assert "Reanude" in run.reason.sentence("es")
    assert run.can_resume
    assert run.worker_pid is None
    assert {path.name: path.read_bytes() for path in journal.folder.iterdir() if path.is_file()} == before


def test_a_held_lock_is_a_worker(home: Home) -> None:
    journal = make(home, RunState.RUNNING, worker=DEAD)
    with FileLock(journal.folder / "worker.lock"):
        assert view(home, journal.run_id).state is RunState.RUNNING
    assert view(home, journal.run_id).state is RunState.LOST


def test_starting_without_a_process_is_given_time(home: Home) -> None:
    journal = make(home, RunState.STARTING)
    assert view(home, journal.run_id).state is RunState.STARTING
    aged(journal, START_SECONDS + 1)
    assert view(home, journal.run_id).state is RunState.LOST


def test_the_best_epoch_and_how_long_it_was_waited(home: Home) -> None:
    journal = make(home, RunState.RUNNING, worker=ProcessIdentity.own())
    for epoch, loss, best in ((1, 0.9, True), (2, 0.5, True), (3, 0.6, False), (4, 0.7, False)):
        record = {"epoch": epoch, "time": time.time(), "val_loss": loss, "seconds": 1.5, "best": best}
        journal.append_epoch(record)
    run = view(home, journal.run_id)
    assert (run.best_epoch, run.best_value, run.done_epochs, run.waited_epochs, run.patience) == (2, 0.5, 4, 2, 5)
    assert run.train_seconds == 6.0


def test_unknown_and_malformed_ids_are_one_error(home: Home) -> None:
    for run_id in ("0" * 32, "../../etc/passwd"):
        with pytest.raises(RunError) as caught:
            view(home, run_id)
        assert caught.value.problem.code == "unknown_run"


def test_a_damaged_run_is_shown_as_such(home: Home) -> None:
    good, bad = make(home, RunState.QUEUED), make(home, RunState.QUEUED)
    (bad.folder / "state.json").write_text('{"state": "NONSENSE"')
    (bad.folder / "experiment.yaml").write_text("a: [")
    runs = {run.run_id: run for run in listing(home)}
    assert runs[good.run_id].state is RunState.QUEUED
    assert runs[bad.run_id].state is RunState.LOST
    assert runs[bad.run_id].reason is not None
    assert bad.run_id in runs[bad.run_id].reason.sentence("en")  # type: ignore[union-attr]


def test_the_listing_is_newest_first_and_filtered(home: Home) -> None:
    made = [make(home, RunState.QUEUED) for _ in range(4)]
    for age, journal in enumerate(made):
        status = replace(journal.status(), created=1000.0 - age)
        (journal.folder / "state.json").write_text(json.dumps(status.as_dict()))
    made[1].transition(RunState.FAILED, allowed=(RunState.QUEUED,))
    made[2].transition(RunState.RUNNING, allowed=(RunState.QUEUED,), worker=DEAD)
    assert [run.run_id for run in listing(home)] == [journal.run_id for journal in made]
    assert [run.run_id for run in listing(home, limit=2)] == [journal.run_id for journal in made[:2]]
    lost = listing(home, states={RunState.LOST})
    assert [run.run_id for run in lost] == [made[2].run_id]  # derived, though state.json says RUNNING
    assert listing(Home(home.root / "nowhere")) == []


def test_a_thousand_runs_are_listed_fast(home: Home) -> None:
    template = make(home, RunState.QUEUED)
    for number in range(1000):
        folder = home.runs / f"{number:032x}"
        folder.mkdir()
        shutil.copyfile(template.folder / "experiment.yaml", folder / "experiment.yaml")
        status = replace(template.status(), run_id=folder.name, created=float(number))
        (folder / "state.json").write_text(json.dumps(status.as_dict()))
    clock = time.process_time()
    runs = listing(home)
    seconds = time.process_time() - clock
    assert len(runs) == 50
    assert runs[1].run_id == f"{999:032x}"
    assert seconds < 1.5


def test_neither_torch_nor_mlflow_is_imported(home: Home) -> None:
    make(home, RunState.QUEUED)
    code = (
        "import sys; from cnnlab.home import Home; from cnnlab.runs.view import listing; import cnnlab.system;"
        "runs = listing(Home.current()); assert len(runs) == 1;"
        "heavy = {'torch', 'mlflow', 'pandas', 'numpy'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_ended_run_is_read_again_when_any_of_its_files_changed(home: Home) -> None:
    journal = make(home, RunState.FAILED)
    assert listing(home)[0] is listing(home)[0]
    journal.append_epoch({"epoch": 1, "time": 1.0, "val_loss": 0.5})
    assert listing(home)[0].done_epochs == 1
    journal.write_result({"parameters": 7})
    assert listing(home)[0].result == {"parameters": 7}
    (journal.folder / "published.json").write_text('{"mlflow_run_id": "ab"}')
    assert listing(home)[0].mlflow_run_id == "ab"
    (journal.folder / "experiment.yaml").unlink()
    assert listing(home)[0].experiment is None
    assert journal.transition(RunState.QUEUED, allowed=(RunState.FAILED,), attempt=1)
    assert listing(home)[0].state is RunState.QUEUED
    shutil.rmtree(journal.folder)
    assert listing(home) == []
