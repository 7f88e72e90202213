"""What is told to MLflow, told to a real server and read back: runs, predictions, notes, reviews, models."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.cli import main
from cnnlab.home import Home
from cnnlab.jobs import mlflow_ui
from cnnlab.runs import labels, mlflow_store, publisher, registered, reviews, telling
from cnnlab.runs.journal import Journal
from cnnlab.runs.publisher import Publisher, incomplete, repair_all
from cnnlab.runs.states import RunState
from cnnlab.runs.view import foreign, view
from tests.pages import made_runs
from tests.runs.publishing import end, epoch, published, started, steps
from tests.runs.registrable import LOADED, finished, ours, png, same

pytestmark = pytest.mark.slow

START_SECONDS = 120


class Server:
    """``mlflow server`` on loopback over a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self._port)]
        command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{self._folder / 'server.db'}"]
        command += ["--artifacts-destination", (self._folder / "artifacts").as_uri()]
        environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        environment.pop("MLFLOW_TRACKING_URI", None)
        log = (self._folder / "server.log").open("ab")
        self._process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.3)

    def stop(self) -> None:
        mlflow_ui.end_family(self._process.pid)
        self._process.wait(20)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:  # noqa: S310  # our own server
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    shutil.copyfile(_mlflow_template, folder / "server.db")
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture
def served(home: Home, server: Server, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose runs go to the server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    monkeypatch.setattr(publisher, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(publisher, "YIELD_SECONDS", 0.0)
    return home


def trained(home: Home) -> Journal:
    """Published while it ran, with predictions."""
    journal = started(home)
    with Publisher(journal, home) as running:
        for number in (1, 2, 3):
            journal.append_epoch(epoch(number))
        made_runs.predict(journal, labels=[0, 1, 1], predictions=[0, 1, 0], names=("a", "b"))
        end(journal)
        assert running.close(60)
    return journal


def test_a_run_with_its_predictions_note_tags_and_reviews(served: Home) -> None:
    journal = trained(served)
    client, run = published(served, journal)
    assert run.info.status == "FINISHED"
    assert steps(served, journal, "val_loss") == [1, 2, 3]
    assert [file.path for file in client.list_artifacts(run.info.run_id, "predictions")] == ["predictions/test.parquet"]
    read = Path(client.download_artifacts(run.info.run_id, "predictions/test.parquet"))
    assert read.read_bytes() == (journal.folder / "predictions" / "test.parquet").read_bytes()

    labels.write_note(journal, "the ñ one 🦉")
    labels.write_tag(journal, "room=3")
    labels.write_tag(journal, "checked")  # without a value
    reviews.write_review(journal, 2, "label_wrong", "it is an a")
    assert telling.tell_labels(journal, served), journal.log_text()
    assert reviews.publish(journal, served)
    said = client.get_run(run.info.run_id).data.tags
    assert (said["room"], said["checked"], said["cnnlab.note"]) == ("3", "", "the ñ one 🦉")
    assert json.loads(said["cnnlab.review.2"])["state"] == "label_wrong"
    labels.remove_tag(journal, "room")
    reviews.write_review(journal, 2, "")
    assert telling.tell_labels(journal, served)
    assert reviews.publish(journal, served)
    said = client.get_run(run.info.run_id).data.tags
    assert "room" not in said
    assert "cnnlab.review.2" not in said
    assert incomplete(served) == []


def test_another_home_sees_it_as_foreign(served: Home, tmp_path: Path, server: Server) -> None:
    journal = trained(served)
    away = Home(tmp_path / "away").ensure()
    assert journal.run_id in {run.run_id for run in foreign(away)}
    run = view(away, journal.run_id)
    assert (run.local, run.state, [record["epoch"] for record in run.epochs]) == (False, RunState.FINISHED, [1, 2, 3])
    assert journal.run_id not in {run.run_id for run in foreign(served)}
    there = mlflow_ui.of_run(away, run)
    assert there is not None
    assert there.address == server.address
    assert mlflow_ui.start(served).process is None, "a server that is there is used"


def test_a_registered_model_predicts_as_we_do(
    served: Home, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = finished(served, 1), finished(served, 2)
    assert main(["register", first.run_id, "--name", "shapes of ana"]) == 0
    assert main(["register", second.run_id, "--name", "shapes of ana"]) == 0
    assert registered.register(first, served, "shapes of ana").version == 1
    assert main(["promote", "shapes of ana", "2"]) == 0
    capsys.readouterr()
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])["models"]
    assert [(one["version"], one["run_id"]) for one in listed] == [(2, second.run_id), (1, first.run_id)]
    assert listed[0]["address"] == "models:/shapes of ana@champion"
    rng = np.random.default_rng(0)
    images = [Image.fromarray(one) for one in rng.integers(0, 256, (3, 20, 24, 3), dtype=np.uint8)]
    given = tmp_path / "files.json"
    given.write_text(json.dumps([base64.b64encode(png(image)).decode() for image in images]))
    environment = {**os.environ, "MLFLOW_TRACKING_URI": server.address, "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, listed[0]["address"], str(given)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    same(json.loads(done.stdout.splitlines()[-1]), ours(second, images))
    assert registered.move_back(served, "shapes of ana") is None


def test_a_server_that_is_away_for_a_while_gets_everything_later(served: Home, server: Server) -> None:
    server.stop()
    journal = started(served)
    with Publisher(journal, served) as running:
        journal.append_epoch(epoch(1))
        labels.write_note(journal, "kept")
        end(journal)
        running.close(3)
    assert not telling.tell_labels(journal, served) or labels.waiting(journal)
    assert main(["models"]) == 2
    server.start()
    assert repair_all(served) == []
    _, run = published(served, journal)
    assert run.data.tags["cnnlab.note"] == "kept"
    assert mlflow_store.tracking_uri(served) == server.address
