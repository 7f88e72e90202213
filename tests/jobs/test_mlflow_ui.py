"""MLflow's pages: one server on loopback, found again, linked to, ended with all that it started."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from cnnlab.cli import main
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.jobs import mlflow_process, mlflow_ui, supervisor
from cnnlab.jobs.mlflow_ui import Server
from cnnlab.runs import mlflow_store
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from tests.queue_of_fakes import wait_until

SERVER = Server("http://127.0.0.1:5000")


def card(home: Home, **changes: object) -> None:
    stored = {
        "port": 5000,
        "process": ProcessIdentity.own().as_dict(),
        "uri": mlflow_store.tracking_uri(home),
        "ready": True,
    }
    (home.jobs / "mlflow.json").write_text(json.dumps({**stored, **changes}))


def test_links() -> None:
    assert mlflow_ui.link(SERVER) == "http://127.0.0.1:5000"
    assert mlflow_ui.link(SERVER, [], experiment="1") == "http://127.0.0.1:5000/#/experiments/1/runs"
    assert mlflow_ui.link(SERVER, [("1", "ab")]) == "http://127.0.0.1:5000/#/experiments/1/runs/ab"
    several = urllib.parse.unquote(mlflow_ui.link(SERVER, [("1", "ab"), ("1", "cd")]))
    assert several == 'http://127.0.0.1:5000/#/compare-runs?runs=["ab","cd"]&experiments=["1"]'
    assert mlflow_ui.charts(SERVER, "1") == "http://127.0.0.1:5000/#/experiments/1/runs?compareRunsMode=CHART"


def test_a_running_server_is_found(home: Home) -> None:
    assert mlflow_ui.find(home) is None
    card(home)
    found = mlflow_ui.find(home)
    assert found is not None
    assert found.address == "http://127.0.0.1:5000"


@pytest.mark.parametrize(
    "changes",
    [
        {"process": {"pid": 2**22 + 1, "started": 1.0, "boot": "another"}},
        {"uri": "sqlite:///elsewhere.db"},
        {"port": "x"},
        {"process": None},
        {"ready": False},
    ],
)
def test_one_that_has_ended_or_shows_another_store_is_not(home: Home, changes: dict[str, object]) -> None:
    card(home, **changes)
    assert mlflow_ui.find(home) is None


def test_a_run_is_shown_where_it_was_published(home: Home) -> None:
    card(home, experiment="3")
    here = mlflow_ui.find(home)
    run = Run("a" * 32, "a", "ana", RunState.FINISHED)
    stored = mlflow_store.display_uri(mlflow_store.tracking_uri(home))
    assert mlflow_ui.of_run(home, replace(run, mlflow_tracking_uri=stored)) == here
    assert here is not None
    assert mlflow_ui.link(here) == "http://127.0.0.1:5000/#/experiments/3/runs"
    there = mlflow_ui.of_run(
        home, replace(run, mlflow_tracking_uri="https://mlflow.example/", mlflow_experiment_id="1")
    )
    assert there == Server("https://mlflow.example", experiment="1")
    assert mlflow_ui.of_run(home, replace(run, mlflow_tracking_uri="sqlite:///elsewhere.db")) is None
    assert mlflow_ui.of_run(home, run) is None


def test_a_cancel_ends_what_was_started(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def launch(_: Home) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0]

    def cancelled(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mlflow_ui, "_launch", launch)
    with pytest.raises(KeyboardInterrupt):
        mlflow_ui.start(home, cancelled)
    assert not psutil.pid_exists(started[0].pid)


def test_a_server_that_outlived_its_keeper_is_ended(home: Home) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    gone = {"pid": 2**22 + 1, "started": 1.0, "boot": "another"}
    card(home, process=gone, server=ProcessIdentity.of(orphan.pid).as_dict())
    assert not mlflow_ui.stop(home)
    assert not psutil.pid_exists(orphan.pid)
    assert not (home.jobs / "mlflow.json").exists()


def test_a_server_named_by_the_environment_is_used(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@mlflow.example:5000/")
    found = mlflow_ui.start(home)
    assert (found.address, found.process) == ("http://mlflow.example:5000", None)
    assert not mlflow_ui.stop(home)


def test_it_ends_when_nobody_has_been_there(home: Home) -> None:
    card(home)
    assert not mlflow_process._is_idle(home)
    (home.jobs / "mlflow.log").touch()
    old = time.time() - mlflow_process.IDLE_SECONDS - 1
    os.utime(home.jobs / "mlflow.json", (old, old))
    assert not mlflow_process._is_idle(home)  # its pages were asked for something
    os.utime(home.jobs / "mlflow.log", (old, old))
    assert mlflow_process._is_idle(home)
    (home.jobs / "app_alive").touch()
    assert not mlflow_process._is_idle(home)


def test_one_that_does_not_start_is_said_and_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////proc/nowhere/mlflow.db")
    with pytest.raises(RunError) as caught:
        mlflow_ui.start(home)
    assert caught.value.problem.code == "mlflow_not_started"
    assert Path(caught.value.problem.params["value"]).read_text()
    assert mlflow_ui.find(home) is None
    # of this home: fork servers that earlier tests left to their own ends have "mlflow" in their lines too
    family = psutil.Process().children(recursive=True)
    assert [process for process in family if str(home.root) in _line(process)] == []


def test_it_ends_with_the_supervisor_but_not_when_that_hands_over(queue: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    card(queue, process=ProcessIdentity.of(server.pid).as_dict())
    supervisor.ensure(queue)
    before = wait_until(lambda: supervisor.status(queue)["pid"])
    with monkeypatch.context() as changed:
        changed.setattr(supervisor, "digest", lambda: "of newer sources")
        supervisor.ensure(queue)
    wait_until(lambda: supervisor.status(queue)["pid"] not in (None, before))
    wait_until(lambda: not psutil.pid_exists(before) or psutil.Process(before).status() == psutil.STATUS_ZOMBIE)
    assert server.poll() is None
    assert mlflow_ui.find(queue) is not None
    assert supervisor.shutdown(queue)
    server.wait(20)
    wait_until(lambda: mlflow_ui.find(queue) is None)


def test_a_supervisor_that_ends_leaves_what_is_just_being_started(home: Home) -> None:
    card(home, ready=False)
    with FileLock(home.jobs / "mlflow.lock"):
        mlflow_ui.stop_unless_starting(home)
    assert (home.jobs / "mlflow.json").exists()


@pytest.mark.slow
def test_started_found_used_and_ended(mlflow_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mlflow", "start", "--json"]) == 0
    started = json.loads(capsys.readouterr().out.splitlines()[-1])
    family = [psutil.Process(started["pid"]), *psutil.Process(started["pid"]).children(recursive=True)]
    assert len(family) == 2
    try:
        with urllib.request.urlopen(started["address"], timeout=30) as answer:  # noqa: S310  # our own loopback
            assert answer.status == 200
        listening = [c.laddr.ip for process in family for c in process.net_connections("tcp") if c.status == "LISTEN"]
        assert listening
        assert set(listening) == {"127.0.0.1"}
        assert status_of(started["address"], "evil.example") == 403  # a name of somebody else that leads here
        assert status_of(started["address"], "localhost:9") == 200  # a tunnel's port
        assert main(["mlflow", "start", "--json"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == started
    finally:
        assert main(["mlflow", "stop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"address": None, "pid": None}
    psutil.wait_procs(family, timeout=20)
    assert [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


def status_of(address: str, host: str) -> int:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("GET", "/api/2.0/mlflow/experiments/search?max_results=1", headers={"Host": host})
    return connection.getresponse().status


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
