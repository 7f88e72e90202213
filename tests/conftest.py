"""Fixtures that every test may use: a home of its own, the real data sets, a fixed seed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnlab.home import Home

REPOSITORY = Path(__file__).resolve().parent.parent

# one thread for each of the small networks that tests train: two busy spinning threads starve each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home under the test's own folder, which is also what a started process would use."""
    monkeypatch.setenv("CNNLAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("CNNLAB_LANGUAGE", raising=False)
    yield Home(tmp_path / "home").ensure()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real data sets (MNIST/raw, FashionMNIST/raw, …), which is never part of the repository."""
    configured = os.environ.get("CNNLAB_DATA")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not here: set CNNLAB_DATA to a folder that has MNIST/raw")
    return folder
