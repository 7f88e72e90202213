"""A worker killed at any moment leaves MLflow with every epoch once, however often that happens."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, publisher, tags
from cnnlab.runs.journal import Journal
from cnnlab.runs.publisher import Publisher, repair_all
from cnnlab.runs.states import RunState

EPOCHS = 400
KILLS = 12


def work(root: str, run_id: str, truncate: bool) -> None:
    """A worker without a network: goes on after the last epoch written, or one before as after a damaged checkpoint."""
    publisher.POLL_SECONDS, publisher.YIELD_SECONDS = 0.02, 0.0
    home = Home(Path(root))
    journal = Journal.open(home, run_id)
    with journal.worker_lock(), Publisher(journal, home):
        done = len(journal.epochs())
        if truncate:
            done = max(0, done - 1)
            journal.truncate_epochs(done)
        for epoch in range(done + 1, EPOCHS + 1):
            record = {"epoch": epoch, "time": time.time(), "train_loss": 2 / epoch, "val_loss": 1 / epoch}
            journal.append_epoch({**record, "seconds": 0.01})
            time.sleep(0.01)
        journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))


@pytest.mark.slow
def test_killed_at_random_moments_every_epoch_is_in_mlflow_once(mlflow_home: Home) -> None:
    journal = Journal.create(mlflow_home, Experiment(name="killed"))
    journal.transition(RunState.RUNNING, allowed=(RunState.QUEUED,), started=time.time())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cnnlab.runs.publication"])
    kills = 0
    while not journal.status().state.is_final:
        worker = context.Process(target=work, args=(str(mlflow_home.root), journal.run_id, kills % 3 == 2))
        worker.start()
        worker.join(random.uniform(0.05, 1.5) if kills < KILLS else None)
        if worker.is_alive():
            worker.kill()
            worker.join()
            kills += 1
    assert kills >= 5
    assert repair_all(mlflow_home) == []
    client = mlflow_store.connect(mlflow_home)
    (run,) = client.search_runs(["1"], f"tags.`{tags.RUN_ID}` = '{journal.run_id}'")
    for name in ("train_loss", "val_loss", "epoch_seconds"):
        points = client.get_metric_history(run.info.run_id, name)
        assert Counter(point.step for point in points) == Counter(range(1, EPOCHS + 1))
    assert run.info.status == "FINISHED"
