"""Somebody holds MLflow's database: training goes on as if nothing were, and afterwards nothing is missing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, publisher, tags
from cnnlab.runs.journal import Journal
from cnnlab.runs.publisher import Publisher, incomplete, repair_all
from cnnlab.runs.states import RunState

HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("COMMIT")
"""
APPEND_SECONDS = 1.0  # many times what an append takes, and far below any wait for the database


@pytest.fixture(autouse=True)
def _no_training_to_give_way_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "YIELD_SECONDS", 0.0)


@contextmanager
def held(home: Home, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another process has the database to itself for ``seconds``; it has it already when the block begins."""
    command = [sys.executable, "-c", HOLDER, str(mlflow_store.database(home)), str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        yield holder
    finally:
        holder.kill()
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()


def started(home: Home) -> Journal:
    journal = Journal.create(home, Experiment(name="held"))
    journal.transition(RunState.RUNNING, allowed=(RunState.QUEUED,), started=time.time())
    return journal


def train(journal: Journal, epochs: range, *, pause: float) -> float:
    """What a worker writes; the longest time that one epoch's line took."""
    longest = 0.0
    for epoch in epochs:
        clock = time.perf_counter()
        journal.append_epoch({"epoch": epoch, "time": time.time(), "val_loss": 1 / epoch, "seconds": pause})
        longest = max(longest, time.perf_counter() - clock)
        time.sleep(pause)
    return longest


def stored_steps(home: Home, journal: Journal) -> Counter[int]:
    client = mlflow_store.connect(home)
    (run,) = client.search_runs(["1"], f"tags.`{tags.RUN_ID}` = '{journal.run_id}'")
    return Counter(point.step for point in client.get_metric_history(run.info.run_id, "val_loss"))


def wait_until(holds: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert holds()


@pytest.mark.parametrize(
    "seconds", [pytest.param(25, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.slow)]
)
def test_a_held_database_delays_nothing_and_loses_nothing(mlflow_home: Home, seconds: float) -> None:
    """Longer than MLflow itself waits (20 s), so its error is met, not only its patience."""
    mlflow_store.ensure_store(mlflow_home)
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        train(journal, range(1, 4), pause=0.1)
        wait_until((journal.folder / "published.json").exists, 30)
        with held(mlflow_home, seconds) as holder:
            longest = train(journal, range(4, 104), pause=seconds / 100)
            holder.wait()
        longest = max(longest, train(journal, range(104, 107), pause=0.1))
        wait_until(lambda: len(stored_steps(mlflow_home, journal)) == 106, 60)
        journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
    assert longest < APPEND_SECONDS
    assert stored_steps(mlflow_home, journal) == Counter(range(1, 107))
    assert incomplete(mlflow_home) == []
    assert journal.log_text().count("does not take our words") <= 2  # said once, not at every try


def test_a_run_that_ends_while_the_database_is_held_ends_in_time_and_is_repaired(
    mlflow_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "POLL_SECONDS", 0.1)
    mlflow_store.ensure_store(mlflow_home)
    journal = started(mlflow_home)
    publishing = Publisher(journal, mlflow_home)
    publishing.start()
    train(journal, range(1, 3), pause=0.1)
    wait_until((journal.folder / "published.json").exists, 30)
    with held(mlflow_home, 60) as holder:
        train(journal, range(3, 6), pause=0.3)
        journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
        clock = time.monotonic()
        assert not publishing.close(drain_seconds=1.0)
        assert time.monotonic() - clock < 3.0
        holder.kill()
        holder.wait()
    wait_until(lambda: not _threads(), 60)  # its last call ends, then it gives up
    assert incomplete(mlflow_home) in ([], [journal.run_id])
    assert repair_all(mlflow_home) == []
    assert stored_steps(mlflow_home, journal) == Counter(range(1, 6))


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "mlflow-publisher"]


def test_a_store_that_can_not_be_written_is_filled_when_it_can(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file where MLflow's folder should be: unwritable for root too, which a test may run as."""
    monkeypatch.setattr(publisher, "POLL_SECONDS", 0.1)
    home.mlflow.rmdir()
    home.mlflow.write_text("in the way")
    journal = started_without_store(home)
    publishing = Publisher(journal, home)
    publishing.start()
    longest = train(journal, range(1, 6), pause=0.05)
    journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
    assert not publishing.close(drain_seconds=0.5)
    assert longest < APPEND_SECONDS
    wait_until(lambda: not _threads(), 60)  # it gives up, and so leaves the run to the repair
    assert repair_all(home) == [journal.run_id]
    assert "MLflow lacks a part of this run" in journal.log_text()
    home.mlflow.unlink()
    assert repair_all(home) == []
    assert stored_steps(home, journal) == Counter(range(1, 6))


def started_without_store(home: Home) -> Journal:
    """As ``started``; ``Journal.create`` itself wants every folder, so the obstacle is put back after it."""
    obstacle = home.mlflow.read_text()
    home.mlflow.unlink()
    journal = started(home)
    home.mlflow.rmdir()
    home.mlflow.write_text(obstacle)
    return journal
