"""Fixtures that every test may use: a home of its own, the real data sets, a fixed seed."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from xdist.remote import Producer

from cnnlab.home import Home
from tests.sharing import ByFile

REPOSITORY = Path(__file__).resolve().parent.parent

# one thread for each of the small networks that tests train: two busy spinning threads starve each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home under the test's own folder, which is also what a started process would use."""
    monkeypatch.setenv("CNNLAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("CNNLAB_LANGUAGE", raising=False)
    return Home(tmp_path / "home").ensure()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real data sets (MNIST/raw, FashionMNIST/raw, …), which is never part of the repository."""
    configured = os.environ.get("CNNLAB_DATA")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not here: set CNNLAB_DATA to a folder that has MNIST/raw")
    return folder


@pytest.fixture(scope="session")
def _mlflow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated MLflow database, made once: the migrations take seconds."""
    from cnnlab.runs.mlflow_store import migrate

    folder = tmp_path_factory.mktemp("mlflow")
    migrate(folder / "mlflow.db", folder / "artifacts")
    return folder / "mlflow.db"


@pytest.fixture
def mlflow_home(home: Home, _mlflow_template: Path) -> Home:
    """A home whose MLflow database is there already, so that nothing has to wait for its migrations."""
    shutil.copyfile(_mlflow_template, home.mlflow / "mlflow.db")
    return home
