"""MLflow's registry: versions, an alias that can be moved back, and a registered model that predicts as we do."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from mlflow.entities import LoggedModel
from PIL import Image

from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Fitted
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, registered
from cnnlab.runs.journal import Journal
from tests.runs.registrable import LOADED, finished, ours, png, same


def test_versions_an_alias_and_the_way_back(mlflow_home: Home) -> None:
    first, second = finished(mlflow_home, 1), finished(mlflow_home, 2)
    assert registered.models(mlflow_home) == []
    one = registered.register(first, mlflow_home, "shapes")
    two = registered.register(second, mlflow_home, "shapes")
    assert (one.version, two.version, two.run_id) == (1, 2, second.run_id)
    assert registered.register(first, mlflow_home, "shapes").version == 1  # once, however often it is asked for
    assert not registered.can_move_back(mlflow_home, "shapes")
    assert registered.promote(mlflow_home, "shapes", 1) is None
    assert registered.promote(mlflow_home, "shapes", 2) == 1
    assert registered.promote(mlflow_home, "shapes", 2) == 2  # nothing to do, and the way back stays
    assert [(m.version, m.aliases, m.address) for m in registered.models(mlflow_home)] == [
        (2, ("champion",), "models:/shapes@champion"),
        (1, (), "models:/shapes/1"),
    ]
    assert registered.can_move_back(mlflow_home, "shapes")
    assert registered.move_back(mlflow_home, "shapes") == 1
    with pytest.raises(LabError) as caught:
        registered.move_back(mlflow_home, "shapes")
    assert caught.value.problem.code == "nothing_to_move_back"
    assert registered.promote(mlflow_home, "shapes", 2, "challenger") is None
    assert registered.move_back(mlflow_home, "shapes", "challenger") is None
    assert registered.models(mlflow_home)[0].aliases == ()


def test_bad_names_and_runs_are_one_sentence(mlflow_home: Home) -> None:
    run = finished(mlflow_home)
    open_run = Journal.create(mlflow_home, Experiment())
    registered.register(run, mlflow_home, "shapes")
    for code, ask in (
        ("bad_model_name", lambda: registered.register(run, mlflow_home, "a/b")),
        ("bad_model_name", lambda: registered.promote(mlflow_home, "x' OR 1", 1)),
        ("bad_alias", lambda: registered.promote(mlflow_home, "shapes", 1, "latest")),
        ("bad_alias", lambda: registered.promote(mlflow_home, "shapes", 1, "v3")),
        ("no_such_version", lambda: registered.promote(mlflow_home, "shapes", 7)),
        ("no_such_version", lambda: registered.promote(mlflow_home, "nobody", 1)),
        ("nothing_to_move_back", lambda: registered.move_back(mlflow_home, "nobody")),
        ("not_registrable", lambda: registered.register(open_run, mlflow_home, "shapes")),
    ):
        with pytest.raises(LabError) as caught:
            ask()
        assert caught.value.problem.code == code
        assert caught.value.problem.sentence("es")
    assert "esta está en espera" in caught.value.problem.sentence("es")


def test_a_store_that_is_away_is_one_sentence(mlflow_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = finished(mlflow_home)

    def away(_: Home) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow_store, "connect", away)
        with pytest.raises(RunError) as caught:
            registered.register(run, mlflow_home, "shapes")
        assert caught.value.problem.code == "mlflow_unreachable"
    assert registered.register(run, mlflow_home, "shapes").version == 1


def test_what_is_kept_makes_a_version_of_its_own(mlflow_home: Home) -> None:
    run = finished(mlflow_home)
    plain = registered.register(run, mlflow_home, "shapes")
    temperatures.keep(run.folder, Fitted(2.0, 10, 0.7, 0.6, bounded=False))
    warm = registered.register(run, mlflow_home, "shapes")
    assert (plain.version, plain.reading, warm.version, warm.reading) == (1, "", 2, "T=2.0")
    assert registered.register(run, mlflow_home, "shapes").version == 2
    other = registered.register(run, mlflow_home, "other shapes")
    assert other.reading == warm.reading
    places = [Path(model.artifact_location.removeprefix("file://")) for model in _models(mlflow_home)]
    assert sorted(bool(list(place.rglob(temperatures.KEPT))) for place in places) == [False, True]
    temperatures.forget(run.folder)
    assert registered.register(run, mlflow_home, "shapes").version == 1


def _models(home: Home) -> list[LoggedModel]:
    return list(mlflow_store.connect(home).search_logged_models(["1"]))


@pytest.mark.slow  # two processes import torch and MLflow
def test_the_champion_is_loaded_and_served_as_we_predict(mlflow_home: Home, tmp_path: Path) -> None:
    run = finished(mlflow_home)
    temperatures.keep(run.folder, Fitted(1.6, 10, 0.7, 0.6, bounded=False))
    registered.register(run, mlflow_home, "shapes of ana")
    registered.promote(mlflow_home, "shapes of ana", 1)
    address = registered.models(mlflow_home)[0].address
    rng = np.random.default_rng(0)
    images = [Image.fromarray(one) for one in rng.integers(0, 256, (4, 20, 24, 3), dtype=np.uint8)]
    texts = [base64.b64encode(png(image)).decode() for image in images]
    given = tmp_path / "files.json"
    given.write_text(json.dumps(texts))
    expected = ours(run, images)

    environment = {**os.environ, "MLFLOW_TRACKING_URI": mlflow_store.tracking_uri(mlflow_home), "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, address, str(given)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    same(json.loads(done.stdout.splitlines()[-1]), expected)
    same(_served(address, texts, environment, tmp_path), expected)


def _served(address: str, texts: list[str], environment: dict[str, str], folder: Path) -> list[dict[str, object]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", address, "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    body = json.dumps({"dataframe_split": {"columns": ["image"], "data": [[text] for text in texts]}}).encode()
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310  # our own server
                    rows: list[dict[str, object]] = json.load(answer)["predictions"]
                    return rows
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (folder / "serve.log").read_text()[-2000:]
                assert time.monotonic() < deadline, (folder / "serve.log").read_text()[-2000:]
                time.sleep(0.5)
    finally:
        from cnnlab.jobs.mlflow_ui import end_family

        end_family(server.pid)
