"""The index of ended runs: a lost, stale or damaged one is slow and never wrong."""

from __future__ import annotations

import json
import sqlite3

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import index, view
from cnnlab.runs.epochs import Epochs
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing
from tests.benchmarks import made_store


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_INDICES", {})
    monkeypatch.setattr(index, "_SEVERAL", 1)


def anew(home: Home) -> list[Run]:
    """As another process would list them."""
    index._INDICES.clear()
    return listing(home, limit=1000)


def test_another_process_opens_no_file_of_an_ended_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made_store.home_of(home, 12, epochs=5, long=1)
    first = anew(home)
    monkeypatch.setattr(view, "_facts", pytest.fail)
    second = anew(home)
    assert [run.__dict__ for run in second] == [run.__dict__ for run in first]
    assert all(isinstance(run.experiment, Experiment) for run in second)
    assert [run.best_value for run in second] == [run.best_value for run in first]


@pytest.mark.parametrize("damage", [b"", b"this is no database" * 100, None])
def test_a_damaged_index_is_made_anew(home: Home, damage: bytes | None) -> None:
    made_store.home_of(home, 5, epochs=3, long=0)
    before = [run.__dict__ for run in anew(home)]
    path = home.cache / f"runs-{index.SCHEMA}.sqlite"
    assert path.is_file()
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert [run.__dict__ for run in anew(home)] == before
    assert [run.__dict__ for run in anew(home)] == before
    assert path.is_file() or damage  # what is no database is removed, and written at a later listing


def test_rows_that_say_nonsense_are_read_again(home: Home) -> None:
    made_store.home_of(home, 5, epochs=3, long=0)
    before = [run.__dict__ for run in anew(home)]
    connection = sqlite3.connect(home.cache / f"runs-{index.SCHEMA}.sqlite")
    with connection:
        connection.execute("UPDATE runs SET known = '{\"stamps\": 3}'")
    connection.close()
    assert [run.__dict__ for run in anew(home)] == before


def test_an_index_that_can_not_be_written_or_is_held_shows_the_runs(home: Home) -> None:
    made_store.home_of(home, 4, epochs=3, long=0)
    path = home.cache / f"runs-{index.SCHEMA}.sqlite"
    path.mkdir()  # nothing can be written there
    assert len(anew(home)) == 4
    path.rmdir()
    assert len(anew(home)) == 4
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    assert len(anew(home)) == 4
    holder.close()


def test_every_change_on_the_disk_is_seen_by_this_process_and_the_next(home: Home) -> None:
    run_id = made_store.home_of(home, 3, epochs=3, long=0)[-1]
    anew(home)
    journal = Journal.open(home, run_id)

    def newest() -> list[Run]:
        return [listing(home)[0], anew(home)[0]]

    journal.append_epoch({"epoch": 4, "time": 1.0, "val_accuracy": 2.0, "best": True})
    assert [run.best_value or run.last["val_accuracy"] for run in newest()] == [2.0, 2.0]
    journal.write_result({"parameters": 7})
    assert [run.result for run in newest()] == [{"parameters": 7}] * 2
    (journal.folder / "experiment.yaml").write_text(Experiment(name="other").to_yaml())
    assert [run.name for run in newest()] == ["other"] * 2
    assert journal.transition(RunState.QUEUED, allowed=RunState)
    assert [run.state for run in newest()] == [RunState.QUEUED] * 2


def test_a_run_that_is_taken_for_lost_is_not_remembered_as_lost(home: Home) -> None:
    """Whoever holds its lock a moment later works on it, though no file says anything new."""
    journal = Journal.create(home, Experiment())
    assert journal.transition(RunState.RUNNING, allowed=RunState)
    assert listing(home)[0].state is RunState.LOST
    with journal.worker_lock():
        assert listing(home)[0].state is RunState.RUNNING
        assert anew(home)[0].state is RunState.RUNNING


def test_deleted_runs_leave_the_index(home: Home) -> None:
    ids = made_store.home_of(home, 3, epochs=2, long=0)
    anew(home)
    (home.runs / ids[0]).rename(home.root / "gone")
    assert len(anew(home)) == 2
    connection = sqlite3.connect(home.cache / f"runs-{index.SCHEMA}.sqlite")
    assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    connection.close()


def test_epochs_read_as_the_list_that_they_stand_for(home: Home) -> None:
    run_id = made_store.home_of(home, 1, epochs=7, long=0)[0]
    journal = Journal.open(home, run_id)
    whole = journal.epochs()
    kept = Epochs.of(journal.folder / "epochs.jsonl", whole)
    again = Epochs.from_dict(journal.folder / "epochs.jsonl", json.loads(json.dumps(kept.as_dict())))
    for epochs in (kept, again):
        assert len(epochs) == 7
        assert list(epochs) == whole == epochs
        assert [epochs[-1], epochs[0], epochs[6]] == [whole[-1], whole[0], whole[6]]
        assert epochs[1:] == whole[1:]
        assert epochs.best == next(record for record in reversed(whole) if record["best"])
        assert epochs.seconds == 7.0
    assert list(Epochs.of(journal.folder / "none", [])) == []
    journal.folder.rename(home.root / "gone")
    assert list(kept) == [whole[-1]]  # the rest went with the file
