"""The way into MLflow's pages: starting, started, stopped, cancelled, not started."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.data.types import Progress
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.jobs import mlflow_ui
from cnnlab.runs import mlflow_store
from cnnlab.runs.process import ProcessIdentity
from cnnlab.ui.text import plain
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

LANGUAGES = ("en", "es")
SECONDS = 20


def serve(home: Home) -> None:
    own, uri = ProcessIdentity.own().as_dict(), mlflow_store.tracking_uri(home)
    card = {"port": 5000, "process": own, "uri": uri, "ready": True, "experiment": "1"}
    (home.jobs / "mlflow.json").write_text(json.dumps(card))


def published(home: Home, name: str) -> str:
    journal = made_runs.finished(home, name)
    where = {"mlflow_run_id": name * 32, "mlflow_experiment_id": "1"}
    where["mlflow_tracking_uri"] = mlflow_store.tracking_uri(home)
    (journal.folder / "published.json").write_text(json.dumps(where))
    return journal.run_id


def links(app: AppTest) -> dict[str, str]:
    return {link.proto.label: link.proto.url for link in app.get("link_button")}


def until(app: AppTest, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, all_text(app)
        time.sleep(0.1)
        app.run()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_started_by_a_button_then_linked_to(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    gate = threading.Event()

    def start(_: Home, progress: Progress) -> None:
        gate.wait(SECONDS)
        serve(home)

    monkeypatch.setattr(mlflow_ui, "start", start)
    made_runs.finished(home)
    app = open_page("runs", lang=lang)
    app.button(key="mlflow_start").click().run()
    assert "mlflow_cancel" in {button.key for button in app.button}
    assert not links(app)
    gate.set()
    until(app, lambda: bool(links(app)))
    assert links(app) == {
        translate("mlflow.list", lang): "http://127.0.0.1:5000/#/experiments/1/runs",
        translate("mlflow.charts", lang): "http://127.0.0.1:5000/#/experiments/1/runs?compareRunsMode=CHART",
    }
    assert translate("mlflow.at", lang, address=plain("http://127.0.0.1:5000")) in texts(app)


def test_a_start_is_cancelled(open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: Home, progress: Progress) -> None:
        while True:
            progress("progress.mlflow", 0, 0)
            time.sleep(0.05)

    monkeypatch.setattr(mlflow_ui, "start", start)
    made_runs.finished(home)
    app = open_page("runs")
    app.button(key="mlflow_start").click().run()
    app.button(key="mlflow_cancel").click().run()
    until(app, lambda: "mlflow_start" in {button.key for button in app.button})
    assert not app.error


@pytest.mark.parametrize("lang", LANGUAGES)
def test_why_it_did_not_start_is_said(open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    def start(*_: object) -> None:
        raise RunError("mlflow_not_started", value="mlflow.log")

    monkeypatch.setattr(mlflow_ui, "start", start)
    made_runs.finished(home)
    app = open_page("runs", lang=lang)
    app.button(key="mlflow_start").click().run()
    until(app, lambda: bool(app.error))
    assert [error.value for error in app.error] == [translate("error.mlflow_not_started", lang, value="mlflow\\.log")]
    assert "mlflow_start" in {button.key for button in app.button}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_is_linked_and_what_mlflow_lacks_is_counted(open_page: Open, home: Home, lang: str) -> None:
    serve(home)
    ids = [published(home, "a"), published(home, "b"), made_runs.failed(home).run_id]
    app = open_page("compare", lang=lang, runs=",".join(ids))
    address = links(app)[translate("mlflow.compare", lang)]
    assert address.startswith("http://127.0.0.1:5000/#/compare-runs?runs=")
    assert translate("mlflow.lacking", lang, count=1) in texts(app)


def test_stopped_from_the_page(open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(home)
    stopped = []

    def stop(home: Home) -> bool:
        (home.jobs / "mlflow.json").unlink()
        stopped.append(home)
        return True

    monkeypatch.setattr(mlflow_ui, "stop", stop)
    made_runs.finished(home)
    app = open_page("runs")
    app.button(key="mlflow_stop").click().run()
    assert stopped == [home]
    assert not links(app)
