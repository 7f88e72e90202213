"""Where MLflow keeps runs: addresses, a database that appears whole, and statistics that keep it fast."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.runs import mlflow_store


def test_the_address_is_absolute_unless_another_is_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mlflow_store.tracking_uri(home) == f"sqlite:///{home.root}/mlflow/mlflow.db"
    assert mlflow_store.is_embedded(home)
    assert not mlflow_store.has_store(home)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    assert mlflow_store.tracking_uri(home) == "http://localhost:5000"
    assert not mlflow_store.is_embedded(home)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://ana:secret@host:5000/x", "https://host:5000/x"),
        ("postgresql://ana:s%40cret@db/lab?sslmode=require", "postgresql://db/lab?sslmode=require"),
        ("sqlite:////a@b/mlflow.db", "sqlite:////a@b/mlflow.db"),
    ],
)
def test_passwords_are_not_shown(uri: str, shown: str) -> None:
    assert mlflow_store.display_uri(uri) == shown


def test_the_store_is_made_once_with_our_experiment(mlflow_home: Home) -> None:
    first = mlflow_store.ensure_store(mlflow_home)
    assert mlflow_store.ensure_store(mlflow_home) == first
    client = mlflow_store.connect(mlflow_home)
    experiment = client.get_experiment(first)
    assert experiment.name == "CNN Lab"
    assert experiment.artifact_location == (mlflow_home.mlflow / "artifacts").as_uri()
    client.delete_experiment(first)  # in MLflow's own page
    assert mlflow_store.ensure_store(mlflow_home) == first
    with closing(sqlite3.connect(mlflow_store.database(mlflow_home))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("name", ["what?", "my%20home"])
def test_a_home_that_mlflow_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError) as caught:
        Home(tmp_path / name).ensure()
    assert caught.value.problem.code == "home_name"
    assert name in caught.value.message("es")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow  # migrations
def test_a_home_with_blanks_accents_and_signs_works(tmp_path: Path) -> None:
    home = Home(tmp_path / "Año 50% # 1 ñandú").ensure()
    assert mlflow_store.ensure_store(home) == "1"
    assert mlflow_store.database(home).exists()
    run = mlflow_store.connect(home).create_run("1")
    mlflow_store.connect(home).log_artifact(run.info.run_id, str(home.mlflow / "store.lock"))
    assert list((home.mlflow / "artifacts").rglob("store.lock"))


def test_half_a_database_is_never_seen(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path, artifacts: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mlflow_store, "migrate", killed)
        with pytest.raises(KeyboardInterrupt):
            mlflow_store.ensure_store(home)
    assert not mlflow_store.database(home).exists()
    made = list(home.mlflow.glob("new-*"))
    assert len(made) == 1
    monkeypatch.setattr(mlflow_store, "migrate", lambda path, _artifacts: path.write_bytes(b""))
    mlflow_store._create_database(home)
    assert mlflow_store.database(home).exists()
    assert not list(home.mlflow.glob("new-*"))


def test_statistics_are_kept_and_do_not_wait_for_a_held_database(mlflow_home: Home) -> None:
    mlflow_store.ensure_store(mlflow_home)
    mlflow_store.analyze(mlflow_home)
    with closing(sqlite3.connect(mlflow_store.database(mlflow_home), isolation_level=None)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0
        connection.execute("BEGIN EXCLUSIVE")
        clock = time.monotonic()
        mlflow_store.analyze(mlflow_home)
        assert time.monotonic() - clock < 5.0
