"""Predictions that were measured after a run had ended reach MLflow too, now or with the next repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.evaluation.predictions import file_of, write_predictions
from cnnlab.home import Home
from cnnlab.runs import artifacts, mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position, write_position
from cnnlab.runs.publisher import Publisher, incomplete, repair_all, tell_predictions
from cnnlab.tasks.base import Predictions
from tests.runs.publishing import end, published, started


def measured(journal: Journal, split: str, values: int = 3) -> Path:
    path = journal.folder / file_of(split)
    write_predictions(path, [Predictions(list(range(values)), {"label": list(range(values))})])
    return path


def told(home: Home, journal: Journal) -> set[str]:
    client, run = published(home, journal)
    return {Path(item.path).name for item in client.list_artifacts(run.info.run_id, artifacts.FOLDER)}


@pytest.fixture
def ended(mlflow_home: Home) -> Journal:
    journal = started(mlflow_home)
    measured(journal, "test")
    with Publisher(journal, mlflow_home):
        end(journal)
    return journal


def test_those_of_the_test_split_go_with_the_run(mlflow_home: Home, ended: Journal) -> None:
    assert told(mlflow_home, ended) == {"test.parquet"}
    assert artifacts.waiting(ended) == incomplete(mlflow_home) == []


def test_later_ones_are_sent_at_once_or_with_the_next_repair(mlflow_home: Home, ended: Journal) -> None:
    measured(ended, "train")
    assert artifacts.waiting(ended) == ["train.parquet"]
    assert tell_predictions(ended, mlflow_home)
    assert told(mlflow_home, ended) == {"test.parquet", "train.parquet"}
    measured(ended, "validation")
    assert incomplete(mlflow_home) == [ended.run_id]
    assert repair_all(mlflow_home) == []
    assert told(mlflow_home, ended) == {"test.parquet", "train.parquet", "validation.parquet"}
    measured(ended, "validation", 5)  # anew: other content
    assert artifacts.waiting(ended) == ["validation.parquet"]


def test_a_run_of_an_earlier_version_lacks_only_what_is_new(mlflow_home: Home, ended: Journal) -> None:
    position = read_position(ended.folder)
    del position[artifacts.FOLDER]
    write_position(ended.folder, position)
    assert artifacts.waiting(ended) == []
    measured(ended, "train")
    assert artifacts.waiting(ended) == ["train.parquet"]


def test_a_store_that_is_away_is_told_later(mlflow_home: Home, ended: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(ended, "train")

    def away(_home: Home) -> None:
        raise OSError("no route")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow_store, "connect", away)
        assert not tell_predictions(ended, mlflow_home)
    assert artifacts.waiting(ended) == ["train.parquet"]
    assert tell_predictions(ended, mlflow_home)
