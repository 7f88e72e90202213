"""What goes wrong in a run ends in FAILED with a sentence that says what to change, and what was good is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnlab import session, worker
from cnnlab.data.load import load
from cnnlab.errors import LabError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.training.fit import EpochResult


def _experiment(**changes: Any) -> Experiment:
    quick = {"training.epochs": 3, "training.threads": 1, "training.batch_size": 256, "data.image_size": 12}
    return Experiment().changed({**quick, **changes})


def _train(experiment: Experiment, home: Home, **options: Any) -> Journal:
    journal = Journal.create(home, experiment)
    worker.run(journal, 1, home, **options)
    return journal


def _sentences(journal: Journal) -> tuple[str, str]:
    reason = journal.status().reason
    assert reason is not None
    return reason.sentence("en"), reason.sentence("es")


def test_a_diverging_loss_names_the_rate_and_a_lower_one(mlflow_home: Home) -> None:
    # the decay alone multiplies every weight by -899 a step
    explosive = {"training.learning_rate": 90.0, "training.weight_decay": 10.0, "training.optimizer": "sgd"}
    journal = _train(_experiment(**explosive), mlflow_home)
    assert journal.status().state is RunState.FAILED
    english, spanish = _sentences(journal)
    assert "90" in english
    assert "for example to 9" in english
    assert "tasa de aprendizaje (90)" in spanish


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (MemoryError(), "training.batch_size"),
        (torch.OutOfMemoryError("CUDA out of memory"), "training.batch_size"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "training.batch_size"),
        (OSError(28, "No space left on device"), "CNNLAB_HOME"),
        (LabError("too_small", field="data.image_size", value=2, limit=8), "data.image_size: 2"),
        (ZeroDivisionError("of all things"), "ZeroDivisionError: of all things"),
    ],
)
def test_each_failure_has_its_sentence(
    mlflow_home: Home, monkeypatch: pytest.MonkeyPatch, raised: BaseException, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(session, "build_network", fail)
    journal = _train(_experiment(), mlflow_home)
    assert journal.status().state is RunState.FAILED
    english, spanish = _sentences(journal)
    assert words in english
    assert english != spanish
    assert not (journal.folder / ".reserve").exists()


def test_after_a_failure_the_good_epochs_are_kept_and_the_run_goes_on(mlflow_home: Home) -> None:
    def break_after_two(event: object) -> None:
        if isinstance(event, EpochResult) and event.epoch == 2:
            raise MemoryError

    journal = _train(_experiment(), mlflow_home, report=break_after_two)
    assert journal.status().state is RunState.FAILED
    assert [record["epoch"] for record in journal.epochs()] == [1, 2]
    attempt = control.prepare_resume(journal)
    assert worker.run(journal, attempt, mlflow_home) is RunState.FINISHED
    whole = _train(_experiment(), mlflow_home)
    assert journal.result()["final_state_sha256"] == whole.result()["final_state_sha256"]


def test_a_changed_dataset_is_refused_on_resume(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(event: object) -> None:
        if isinstance(event, EpochResult):
            journal.request_stop()

    journal = Journal.create(mlflow_home, _experiment())
    assert worker.run(journal, 1, mlflow_home, report=stop) is RunState.STOPPED
    experiment = journal.experiment().changed({"data.dataset": "shapes", "data.options": {"samples": 200}})
    (journal.folder / "experiment.yaml").write_text(experiment.to_yaml())
    attempt = control.prepare_resume(journal)
    assert worker.run(journal, attempt, mlflow_home) is RunState.FAILED
    reason = journal.status().reason
    assert reason is not None
    assert reason.code in ("dataset_changed", "split_broken")
    assert len(journal.epochs()) == 1


def test_a_stop_ends_in_stopped_with_a_checkpoint(mlflow_home: Home) -> None:
    steps: list[object] = []

    def stop_soon(event: object) -> None:
        steps.append(event)
        if len(steps) == 4:
            journal.request_stop()

    journal = Journal.create(mlflow_home, _experiment(**{"training.epochs": 500}))
    assert worker.run(journal, 1, mlflow_home, report=stop_soon) is RunState.STOPPED
    assert journal.status().stop_reason == "user"
    assert list(journal.checkpoints.glob("state-*.pt"))


def test_a_stale_attempt_changes_nothing(mlflow_home: Home) -> None:
    journal = Journal.create(mlflow_home, _experiment())
    journal.transition(RunState.STOPPED, allowed=(RunState.QUEUED,))
    control.prepare_resume(journal)
    before = {path: path.read_bytes() for path in journal.folder.glob("*.json")}
    assert worker.run(journal, 1, mlflow_home) is RunState.QUEUED
    assert {path: path.read_bytes() for path in journal.folder.glob("*.json")} == before
    assert journal.epochs() == []


def test_a_class_imbalance_and_a_missing_test_split_are_no_failure(mlflow_home: Home) -> None:
    changes = {"data.split.test": 0.0, "data.balance": "class_weights", "training.label_smoothing": 0.1}
    journal = _train(_experiment(**changes), mlflow_home)
    assert journal.status().state is RunState.FINISHED, journal.log_text()
    assert journal.result()["test"] == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a full disk is made with a small tmpfs, which only root may mount")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"tmpfs can't be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_fails_with_its_sentence_and_the_run_goes_on_when_there_is_space(
    small_disk: Path, mlflow_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{mlflow_home.mlflow / 'mlflow.db'}")
    home = Home(small_disk / "home").ensure()
    load(_experiment().data, home)  # the prepared data fit; what is written later must not
    filler = small_disk / "filler"

    def fill(event: object) -> None:
        if isinstance(event, EpochResult) and event.epoch == 1:
            filler.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free // 4096 * 4096))

    journal = _train(_experiment(), home, report=fill)
    assert journal.status().state is RunState.FAILED
    assert "CNNLAB_HOME" in _sentences(journal)[0]
    assert [record["epoch"] for record in journal.epochs()] == [1]

    filler.unlink()
    attempt = control.prepare_resume(journal)
    assert worker.run(journal, attempt, home) is RunState.FINISHED, journal.log_text()
    assert [record["epoch"] for record in journal.epochs()] == [1, 2, 3]
