"""What the publisher could not tell MLflow is told later; a store that is away costs the run nothing."""

from __future__ import annotations

import os
import time

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs.repair import TRACKING, main
from cnnlab.runs import publisher
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position
from cnnlab.runs.publisher import Publisher, incomplete, repair, repair_all
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign, view
from tests.runs.publishing import end, epoch, published, started, steps


def test_a_run_of_this_home_is_not_foreign(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        end(journal)
    assert foreign(mlflow_home) == []


def test_repair_tells_what_a_killed_worker_could_not(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    journal.append_epoch(epoch(1))
    end(journal, RunState.LOST)
    waiting = Journal.create(mlflow_home, Experiment(name="waits"))
    assert set(incomplete(mlflow_home)) == {journal.run_id, waiting.run_id}
    assert repair_all(mlflow_home) == []
    assert incomplete(mlflow_home) == []
    assert published(mlflow_home, journal)[1].info.status == "FAILED"
    assert published(mlflow_home, waiting)[1].info.status == "SCHEDULED"
    assert steps(mlflow_home, journal, "val_loss") == [1]
    assert repair(mlflow_home, journal.run_id)  # again: nothing changes
    assert steps(mlflow_home, journal, "val_loss") == [1]


def test_repair_leaves_a_held_run_alone(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    with journal.worker_lock():
        assert not repair(mlflow_home, journal.run_id)
    with publisher.publishing_lock(journal):
        assert not repair(mlflow_home, journal.run_id)
    assert read_position(journal.folder) == {}


def test_a_run_deleted_in_mlflow_comes_back_with_its_worker(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    journal.append_epoch(epoch(1))
    repair(mlflow_home, journal.run_id)
    client, run = published(mlflow_home, journal)
    client.delete_run(run.info.run_id)
    with Publisher(journal, mlflow_home):
        end(journal)
    assert published(mlflow_home, journal)[1].info.run_id == run.info.run_id


def test_a_store_that_is_away_costs_the_run_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home.root / 'home.json' / 'no' / 'mlflow.db'}")
    home.home_id  # noqa: B018  # home.json is a file now, so nothing can be made below it
    journal = started(home)
    publishing = Publisher(journal, home)
    publishing.start()
    journal.append_epoch(epoch(1))
    end(journal)
    clock = time.monotonic()
    assert not publishing.close(drain_seconds=1.0)
    assert time.monotonic() - clock < 3.0
    assert "the rest follows later" in journal.log_text()
    assert view(home, journal.run_id).state is RunState.FINISHED
    assert incomplete(home) == [journal.run_id]


def test_a_store_that_is_away_keeps_back_its_own_runs_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journals = [Journal.create(home, Experiment(name=f"run {number}")) for number in range(8)]
    of_dead = {journal.run_id for journal in journals[3:]}  # the newest
    tried: list[str] = []

    def asked(_: Home, run_id: str) -> bool:
        tried.append(run_id)
        if run_id in of_dead:
            raise ConnectionError("away")
        return True

    monkeypatch.setattr(publisher, "repair", asked)
    told: list[str] = []
    left = repair_all(
        home,
        enter=lambda journal: "dead" if journal.run_id in of_dead else "alive",
        failed=lambda _, run_id, error: told.append(f"{run_id} {error}"),
    )
    assert set(left) == of_dead
    assert len(of_dead & set(tried)) == publisher.FAILURES_IN_A_ROW == len(told)
    assert {journal.run_id for journal in journals[:3]} <= set(tried)


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:1"])
def test_a_run_is_repaired_where_it_was_published(
    home: Home, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    """And one that recorded nothing where the supervisor publishes, whatever came before it."""
    monkeypatch.setenv(TRACKING, address or "put back afterwards")
    if not address:
        monkeypatch.delenv(TRACKING)
    plain = Journal.create(home, Experiment())
    elsewhere = Journal.create(home, Experiment(), environment={TRACKING: "http://127.0.0.1:2"})
    default = Journal.create(home, Experiment(), environment={"CNNLAB_SLOTS": "1"})
    found: dict[str, str | None] = {}

    def asked(_: Home, run_id: str) -> bool:
        found[run_id] = os.environ.get(TRACKING)
        return True

    monkeypatch.setattr(publisher, "repair", asked)
    with pytest.raises(SystemExit) as ended:
        main(str(home.root))
    assert ended.value.code == 0
    assert found == {plain.run_id: address, elsewhere.run_id: "http://127.0.0.1:2", default.run_id: None}
