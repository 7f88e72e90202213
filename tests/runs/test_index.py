"""The index of ended runs: a lost, stale or damaged one is slow and never wrong."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import time
from pathlib import Path

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


def rest(home: Home) -> None:
    """As if nothing had been written into any run's folder for a while; the index is told so by one listing."""
    long_ago = time.time() - 3600
    for folder in home.runs.iterdir():
        os.utime(folder, (long_ago, long_ago))
    listing(home, limit=1000)


def test_one_look_at_the_folder_is_enough_for_a_run_that_rests(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made_store.home_of(home, 20, epochs=2, long=0)
    monkeypatch.setattr(view, "_LOOKED_INTO", 3)
    first = listing(home, limit=1000)
    rest(home)
    looked_at: list[str] = []
    ask = index.stamp

    def stamp(path: str) -> index.Stamp | None:
        looked_at.append(path)
        return ask(path)

    monkeypatch.setattr(index, "stamp", stamp)
    assert [run.__dict__ for run in listing(home, limit=1000)] == [run.__dict__ for run in first]
    files = [path for path in looked_at if Path(path).suffix]
    assert 0 < len(files) <= 2 * 3 * (len(view._FILES) + 1)  # the newest and those whose turn it is
    assert len(looked_at) - len(files) <= 20 + 2 * 3


def test_what_is_replaced_in_a_run_that_rests_is_seen_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = made_store.home_of(home, 9, epochs=2, long=0)
    monkeypatch.setattr(view, "_LOOKED_INTO", 1)
    listing(home, limit=1000)
    rest(home)
    Journal.open(home, ids[0]).write_result({"parameters": 7})
    assert [run.result for run in listing(home, limit=1000) if run.run_id == ids[0]] == [{"parameters": 7}]


def test_what_is_written_in_place_into_a_run_that_rests_is_seen_in_its_turn(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = made_store.home_of(home, 9, epochs=2, long=0)
    monkeypatch.setattr(view, "_LOOKED_INTO", 1)
    listing(home, limit=1000)
    rest(home)
    (home.runs / ids[0] / "experiment.yaml").write_text(Experiment(name="other").to_yaml())
    names = [{run.name for run in listing(home, limit=1000)} for _ in range(9)]
    assert "other" in names[-1]


def test_a_folder_that_has_just_changed_is_not_taken_to_rest(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next change could fall into the same tick of the clock."""
    run_id = made_store.home_of(home, 2, epochs=2, long=0)[0]
    monkeypatch.setattr(view, "_LOOKED_INTO", 0)
    listing(home, limit=1000)
    said = (home.runs / run_id).stat()
    Journal.open(home, run_id).write_result({"parameters": 7})
    os.utime(home.runs / run_id, ns=(said.st_atime_ns, said.st_mtime_ns))
    assert {"parameters": 7} in [run.result for run in listing(home, limit=1000)]


def test_many_runs_are_taken_out_of_the_garbage_collectors_sight_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_MANY", 6)
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    made_store.home_of(home, 5, epochs=2, long=0)
    rest(home)
    listing(home, limit=1000)
    assert not frozen
    index._INDICES.clear()
    monkeypatch.setattr(index, "_MANY", 5)
    for _ in range(3):
        listing(home, limit=1000)
    assert frozen == [1]
