"""The publisher: what MLflow is told, that repeating it changes nothing, and that no failure reaches the training."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnnlab.errors import Problem
from cnnlab.home import Home
from cnnlab.runs import publisher, tags
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.position import is_complete, read_position
from cnnlab.runs.publisher import Publisher
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign, view

if TYPE_CHECKING:
    pass
from tests.runs.publishing import BEGUN, end, epoch, published, started, steps


def test_a_run_reads_well_in_mlflow(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    card = {
        "dataset": "digits",
        "dataset_fingerprint": "ab" * 32,
        "outputs": {"class_names": ["0", "1"]},
        "training_counts": [7, 8],
    }
    with Publisher(journal, mlflow_home):
        (journal.folder / "model.json").write_text(json.dumps(card))
        journal.append_epoch(epoch(1, val_mean_iou=0.5))
        journal.append_epoch(epoch(2, best=False))
        journal.append_system({"time": BEGUN + 2, "system/cpu_utilization_percentage": 50.0})
        journal.log("hello")
        result = {"best_epoch": 1, "test": {"accuracy": 0.98}, "validation": {"loss": 2.0}, "parameters": 61706}
        journal.write_result(result)
        end(journal, stop_reason="completed")
    client, run = published(mlflow_home, journal)
    info, data = run.info, run.data
    assert (info.status, info.run_name, info.start_time, info.end_time) == (
        "FINISHED",
        "brave *try*",
        int(1000 * BEGUN),
        int(1000 * (BEGUN + 60)),
    )
    assert data.params["training.learning_rate"] == "0.001"
    assert data.params["training.keep_checkpoints"] == '["best", "last"]'
    assert data.tags[tags.STATE] == "FINISHED"
    assert data.tags[tags.OWNER] == data.tags["mlflow.user"] == "ana"
    assert data.tags[tags.HOME_ID] == mlflow_home.home_id
    assert data.tags[tags.EXPERIMENT_SHA256] == journal.experiment().sha256
    assert data.tags[tags.DATASET_FINGERPRINT] == "ab" * 32
    assert data.tags["cnnlab.version.torch"]
    assert r"ana" in data.tags["mlflow.note.content"]
    expected = {"train_loss", "val_loss", "val_mean_iou", "learning_rate", "epoch_seconds", "images_per_second"}
    expected |= {"best_epoch", "best_val_loss", "test_accuracy", "parameters", "system/cpu_utilization_percentage"}
    assert set(data.metrics) == expected
    assert [(p.step, p.timestamp) for p in client.get_metric_history(info.run_id, "val_loss")] == [
        (1, int(1000 * (BEGUN + 1))),
        (2, int(1000 * (BEGUN + 2))),
    ]
    (source,) = run.inputs.dataset_inputs
    assert (source.dataset.name, source.dataset.digest) == ("digits", ("ab" * 32)[:36])
    assert {file.path for file in client.list_artifacts(info.run_id)} == {"experiment.yaml", "log.txt"}
    seen = view(mlflow_home, journal.run_id)
    assert seen.mlflow_run_id == info.run_id
    assert is_complete(journal)


def test_what_is_not_finite_or_no_number_is_left_out(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    record = epoch(1, val_loss=None, train_loss=math.inf, val_odd=math.nan, val_text="x", val_flag=True)
    with Publisher(journal, mlflow_home):
        journal.append_epoch(record)
        end(journal, RunState.STOPPED)
    _, run = published(mlflow_home, journal)
    assert set(run.data.metrics) == {"learning_rate", "epoch_seconds", "images_per_second", "best_epoch"}


@pytest.mark.parametrize(
    ("state", "status"), [(RunState.STOPPED, "KILLED"), (RunState.FAILED, "FAILED"), (RunState.LOST, "FAILED")]
)
def test_the_end_is_said_in_mlflow_s_words(mlflow_home: Home, state: RunState, status: str) -> None:
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        end(journal, state, reason=Problem("disk_full", "CNNLAB_HOME"))
    _, run = published(mlflow_home, journal)
    assert run.info.status == status
    assert json.loads(run.data.tags[tags.REASON])["code"] == "disk_full"


def test_a_resumed_run_is_the_same_run_and_runs_again(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        journal.append_epoch(epoch(1))
        end(journal, RunState.STOPPED, stop_reason="user")
    first = published(mlflow_home, journal)[1]
    fields = {"attempt": 2, "ended": None, "stop_reason": None, "resumed_from": 1}
    resumed = replace(journal.status(), state=RunState.RUNNING, **fields)  # type: ignore[arg-type]
    (journal.folder / "state.json").write_text(json.dumps(resumed.as_dict()))
    with Publisher(journal, mlflow_home):
        journal.append_epoch(epoch(2))
        deadline = time.time() + 20
        while published(mlflow_home, journal)[1].info.status != "RUNNING" and time.time() < deadline:
            time.sleep(0.05)
        assert published(mlflow_home, journal)[1].info.status == "RUNNING"
        end(journal)
    _, run = published(mlflow_home, journal)
    assert run.info.run_id == first.info.run_id
    assert run.info.status == "FINISHED"
    assert run.data.tags[tags.ATTEMPT] == "2"
    assert run.data.tags[tags.RESUMED_FROM] == "1"
    assert run.data.tags[tags.STOP_REASON] == ""
    assert steps(mlflow_home, journal, "val_loss") == [1, 2]


def test_an_epoch_trained_again_is_stored_once(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        for number in (1, 2, 3):
            journal.append_epoch(epoch(number))
        end(journal, RunState.LOST)
    (journal.folder / "published.json").unlink()  # a kill between telling MLflow and noting it
    journal.transition(RunState.RUNNING, allowed=(RunState.LOST,), ended=None)
    with Publisher(journal, mlflow_home):
        journal.truncate_epochs(1)
        for number in (2, 3, 4):
            journal.append_epoch(epoch(number, time=BEGUN + 100 + number))
        end(journal)
    assert Counter(steps(mlflow_home, journal, "val_loss")) == {1: 1, 2: 1, 3: 1, 4: 1}


def test_epochs_truncated_under_a_running_publisher(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    for number in (1, 2):
        journal.append_epoch(epoch(number))
    with Publisher(journal, mlflow_home):
        deadline = time.time() + 20
        while read_position(journal.folder).get("last_epoch") != 2 and time.time() < deadline:
            time.sleep(0.05)
        journal.truncate_epochs(1)  # as a resuming session does, once it knows which checkpoint is whole
        for number in (2, 3):
            journal.append_epoch(epoch(number, time=BEGUN + 100 + number))
        end(journal)
    assert Counter(steps(mlflow_home, journal, "val_loss")) == {1: 1, 2: 1, 3: 1}


def test_many_epochs_at_once_are_all_stored(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    for number in range(1, 301):  # 6 metrics each: more than one call takes
        journal.append_epoch(epoch(number))
    with Publisher(journal, mlflow_home):
        end(journal)
    assert steps(mlflow_home, journal, "val_loss") == list(range(1, 301))


def test_the_heartbeat_moves_and_others_hear_it(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnlab.runs import publication

    monkeypatch.setattr(publication, "HEARTBEAT_SECONDS", 0.2)
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        journal.write_progress(Progress("training", 1, 30, 3, 19))
        journal.append_epoch(epoch(1))
        deadline = time.time() + 20
        while time.time() < deadline:
            if (journal.folder / "published.json").exists() and beats(mlflow_home, journal) >= 3:
                break
            time.sleep(0.1)
        assert beats(mlflow_home, journal) >= 3
        hidden = journal.folder.rename(mlflow_home.root / "elsewhere")  # as another machine sees it
        (run,) = foreign(mlflow_home, run_id=journal.run_id)
        hidden.rename(journal.folder)
        end(journal)
    assert not run.local
    assert not run.can_stop
    assert run.state is RunState.RUNNING
    assert run.progress is not None
    assert run.progress.epochs == 30
    assert run.heard_seconds is not None
    assert run.heard_seconds < 10
    assert run.experiment == journal.experiment()
    assert run.best_epoch == 1
    assert run.last["val_loss"] == 2.0
    assert run.last["seconds"] == 1.5


def beats(home: Home, journal: Journal) -> int:
    return int(published(home, journal)[1].data.tags.get(tags.HEARTBEAT, "0"))


def test_the_worker_imports_no_mlflow_for_the_publisher() -> None:
    code = "import sys, cnnlab.runs.publisher; assert not {'mlflow', 'torch'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_it_gives_way_to_the_first_step(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "YIELD_SECONDS", 60.0)
    journal = started(mlflow_home)
    journal.append_epoch(epoch(1))
    with Publisher(journal, mlflow_home):
        time.sleep(0.5)
        assert read_position(journal.folder) == {}
        journal.write_progress(Progress("training", 1, 30, 1, 19))
        deadline = time.time() + 30
        while not read_position(journal.folder) and time.time() < deadline:
            time.sleep(0.05)
        assert read_position(journal.folder)
        end(journal)


def test_no_thread_is_left(mlflow_home: Home) -> None:
    journal = started(mlflow_home)
    with Publisher(journal, mlflow_home):
        end(journal)
    assert "mlflow-publisher" not in {thread.name for thread in threading.enumerate()}
