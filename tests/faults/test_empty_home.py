"""Four processes meet an empty home at once: one makes MLflow's database, all of them publish into it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.runs import mlflow_store
from cnnlab.runs.publisher import incomplete

WORKER = """
import sys, time
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.publisher import Publisher
from cnnlab.runs.states import RunState

home = Home.current()
journal = Journal.create(home, Experiment(name=sys.argv[1]))
journal.transition(RunState.RUNNING, allowed=(RunState.QUEUED,), started=time.time())
with_publisher = Publisher(journal, home)
with_publisher.start()
journal.append_epoch({"epoch": 1, "time": time.time(), "val_loss": 0.5})
journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
assert with_publisher.close(drain_seconds=240), journal.log_text()
assert "does not take our words" not in journal.log_text(), journal.log_text()
"""


@pytest.mark.slow
def test_four_processes_on_an_empty_home(home: Home) -> None:
    for folder in (home.mlflow, home.runs, home.cache, home.datasets, home.jobs):
        folder.rmdir()
    home.root.rmdir()
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WORKER]
    workers = [subprocess.Popen([*command, f"run {n}"], cwd=root, stderr=subprocess.PIPE, text=True) for n in range(4)]
    for worker in workers:
        _, said = worker.communicate(timeout=300)
        assert worker.returncode == 0, said
    client = mlflow_store.connect(home)
    named = [experiment.name for experiment in client.search_experiments()]
    assert sorted(named) == ["CNN Lab", "Default"]
    experiment = client.get_experiment_by_name(mlflow_store.EXPERIMENT)
    assert experiment is not None
    assert Path(experiment.artifact_location.removeprefix("file://")) == home.mlflow / "artifacts"
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.run_name for run in runs) == [f"run {n}" for n in range(4)]
    assert all(run.info.status == "FINISHED" and run.data.metrics["val_loss"] == 0.5 for run in runs)
    assert incomplete(home) == []
    assert not list(home.mlflow.glob("new-*"))
