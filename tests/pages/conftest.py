"""The app under AppTest: opened at an address, in a language, without starting a supervisor."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from cnnlab import estimates
from cnnlab.estimates import Estimate
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import supervisor
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

APP = Path(__file__).resolve().parents[2] / "app.py"

Open = Callable[..., AppTest]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """The homes whose supervisor was asked for, instead of a started process."""
    asked: list[Home] = []
    monkeypatch.setattr(supervisor, "ensure", asked.append)
    return asked


@pytest.fixture
def known_estimate(monkeypatch: pytest.MonkeyPatch) -> Estimate:
    """An estimate at once: the real one imports torch, and is tested by itself."""
    found = Estimate(61_706, 1_040_000_000, 0.3, "calibration")
    monkeypatch.setattr(estimates, "estimate", lambda *_, **__: found)
    return found


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[AppTest]:
    """The apps that have run once. A server is fresh once; AppTest would be so at every run, and lose the clicks."""
    apps: list[AppTest] = []
    original = PagesManager.__init__

    def init(self: PagesManager, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        if apps:
            PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", init)
    return apps


@pytest.fixture
def open_page(home: Home, woken: list[Home], served: list[AppTest]) -> Open:
    """``open_page("run", lang="es", run=run_id)`` -> the page after the first script run of a fresh server."""
    st.cache_data.clear()
    st.cache_resource.clear()

    def opened(page: str = "home", *, lang: str = "en", tab: str | None = None, **parameters: str) -> AppTest:
        served.clear()
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.query_params["lang"] = lang
        for name, value in parameters.items():
            app.query_params[name] = value
        if page != "home":
            app.switch_page(f"pages/{page}.py")
        if tab is not None:
            app.session_state[f"tabs_{lang}"] = tab
        app.run()
        served.append(app)
        return app

    return opened


@pytest.fixture(scope="session")
def _trained_template(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> tuple[Path, str]:
    """A home with LeNet-5 really trained on the digits for three epochs; made once."""
    from cnnlab import worker

    home = Home(tmp_path_factory.mktemp("trained")).ensure()
    shutil.copyfile(_mlflow_template, home.mlflow / "mlflow.db")
    experiment = Experiment().changed({"name": "digits-in-three", "training.epochs": 3})
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return home.root, journal.run_id


@pytest.fixture
def trained_run(home: Home, _trained_template: tuple[Path, str]) -> Journal:
    """That run in this test's own home."""
    root, run_id = _trained_template
    shutil.copytree(root, home.root, dirs_exist_ok=True)
    return Journal.open(home, run_id)
