"""Runs that other programs logged to the same store: listed, opened, compared, and never in the way."""

from __future__ import annotations

import math
import time

import pytest
from mlflow import MlflowClient

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs import mlflow_store
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign, view
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text, texts

TABS = ("curves", "test", "cost", "configuration", "labels", "system", "log", "files")
NAME = "<b>of</b> [another](x) *program*"


@pytest.fixture
def client(mlflow_home: Home) -> MlflowClient:
    mlflow_store.ensure_store(mlflow_home)
    return mlflow_store.connect(mlflow_home)


def logged(client: MlflowClient, experiment: str = "1", *, status: str = "FINISHED", name: str = NAME) -> str:
    """A run as another program would log it."""
    run = client.create_run(experiment, run_name=name, tags={"team": "*vision*", "mlflow.user": "eva"})
    for step in range(3):
        client.log_metric(run.info.run_id, "accuracy", 0.5 + step / 10, step=step)
        client.log_metric(run.info.run_id, "eval/f1: score_", math.nan if step else 1e300, step=step)
    client.log_metric(run.info.run_id, "val_loss", 0.25)
    client.log_param(run.info.run_id, "lr", "a lot")
    if status == "RUNNING":
        return str(run.info.run_id)
    client.set_terminated(run.info.run_id, status)
    return str(run.info.run_id)


def test_they_are_read_from_every_experiment(client: MlflowClient, home: Home) -> None:
    ids = [logged(client), logged(client, client.create_experiment("elsewhere"), status="RUNNING", name="b")]
    gone = logged(client, name="deleted")
    client.delete_run(gone)
    found = {run.run_id: run for run in foreign(home)}
    assert set(found) == set(ids)
    first, second = (found[one] for one in ids)
    assert (first.name, first.owner, first.state, first.by_cnnlab) == (NAME, "eva", RunState.FINISHED, False)
    assert first.tags == {"team": "*vision*"}
    assert second.state is RunState.RUNNING
    assert not second.can_stop
    assert [record["accuracy"] for record in view(home, ids[0]).epochs] == [0.5, 0.6, 0.7]


def test_a_run_of_this_home_is_no_other_however_its_tags_were_edited(client: MlflowClient, home: Home) -> None:
    journal = made_runs.finished(home, "mine")
    edited = client.create_run("1", tags={"cnnlab.run_id": journal.run_id, "cnnlab.state": "mine!"})
    assert foreign(home) == []
    assert edited.info.status == "RUNNING"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_they_are_listed_with_ours(open_page: Open, client: MlflowClient, home: Home, lang: str) -> None:
    logged(client)
    made_runs.finished(home, "mine")
    app = open_page("runs", lang=lang)
    app.toggle(key="runs_elsewhere").set_value(True).run()
    deadline = time.monotonic() + 30
    while len(app.dataframe[0].value) < 2:
        assert time.monotonic() < deadline, all_text(app)
        time.sleep(0.1)
        app.run()
    assert set(app.dataframe[0].value["name"]) == {NAME, "mine"}
    assert not app.exception


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("status", ["FINISHED", "RUNNING", "FAILED", "KILLED"])
def test_every_tab_of_one_opens(open_page: Open, client: MlflowClient, home: Home, status: str, lang: str) -> None:
    run_id = logged(client, status=status)
    for name in TABS if status == "FINISHED" else TABS[:1]:
        app = open_page("run", lang=lang, tab=translate(f"run.tab.{name}", lang), run=run_id)
        assert not app.exception
        ended = translate("run.others_ended", lang, state=translate(f"state.{view(home, run_id).state.value}", lang))
        assert [error.value for error in app.error] == ([ended] if status == "FAILED" else [])
        assert (ended in all_text(app)) is (status != "RUNNING")
        assert translate("run.by_others", lang) in texts(app)


def test_one_is_compared_with_ours(open_page: Open, client: MlflowClient, home: Home) -> None:
    run_id = logged(client)
    own = made_runs.finished(home, "mine").run_id
    app = open_page("compare", runs=f"{own},{run_id}")
    assert not app.exception
    assert not app.error
    assert "mine" in all_text(app)


def test_by_command(client: MlflowClient, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = logged(client)
    own = made_runs.finished(home, "mine").run_id
    assert main(["runs", "--elsewhere"]) == 0
    assert run_id in capsys.readouterr().out
    assert main(["show", run_id]) == 0
    assert NAME in capsys.readouterr().out
    assert main(["compare", own, run_id]) == 0
    for command in (["evaluate", run_id], ["stop", run_id], ["resume", run_id], ["note", run_id, "x"]):
        assert main(command) == 2, command
