"""A finished run's network as LoggedModel: no pickle, loads where CNN Lab is not installed, predicts as we do."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cnnlab.data.types import Batch
from cnnlab.errors import DataError
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from cnnlab.runs import mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.publisher import incomplete, repair
from tests.runs import registrable
from tests.runs.registrable import CLASSES, png

CLIENT = """
import base64, json, sys
import numpy as np, pandas as pd
import mlflow.pyfunc
model = mlflow.pyfunc.load_model(sys.argv[1])
import cnnlab
given = np.load(sys.argv[2])
files = json.load(open(sys.argv[3]))
answer = {
    "pixels": model.predict(given).to_dict("list"),
    "files": model.predict([base64.b64decode(text) for text in files]).to_dict("list"),
    "table": model.predict(pd.DataFrame({"image": files})).to_dict("list"),
    "cnnlab": cnnlab.__file__,
}
print(json.dumps(answer))
"""


@pytest.fixture
def finished(mlflow_home: Home) -> Journal:
    return registrable.finished(mlflow_home, name="shapes: 3/3")


def our_predictions(journal: Journal, images: list[Image.Image]) -> dict[str, Any]:
    trained = load_trained(journal.folder)
    batch = Batch(torch.cat([trained.input_of(image) for image in images]), None, None, torch.arange(len(images)))
    with torch.no_grad():
        return dict(trained.task.decode(trained.task.forward(trained.network, batch), batch).columns)


@pytest.mark.slow  # a process of its own imports torch and MLflow
def test_it_loads_in_a_clean_process_and_predicts_what_we_predict(
    mlflow_home: Home, finished: Journal, tmp_path: Path
) -> None:
    assert repair(mlflow_home, finished.run_id)
    assert repair(mlflow_home, finished.run_id)
    client = mlflow_store.connect(mlflow_home)
    (model,) = client.search_logged_models(["1"])  # once, however often it was repaired
    assert model.name == "shapes- 3-3"
    assert {metric.key: metric.value for metric in model.metrics or []} == {"test_accuracy": 0.5}
    local = _folder(model)
    assert not [path for path in local.rglob("*") if path.suffix in (".pkl", ".pyc", ".pickle", ".pt")]

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (5, 20, 24, 3), dtype=np.uint8)  # not the network's size: it is resized as we do
    images = [Image.fromarray(image) for image in pixels]
    files = [base64.b64encode(png(image)).decode() for image in images]
    np.save(tmp_path / "pixels.npy", pixels)
    (tmp_path / "files.json").write_text(json.dumps(files))
    (tmp_path / "client.py").write_text(CLIENT)
    answer = _run_client(mlflow_home, tmp_path, f"models:/{model.model_id}")
    assert Path(answer["cnnlab"]).is_relative_to(local)
    ours = our_predictions(finished, images)
    for way in ("pixels", "files", "table"):
        assert answer[way]["prediction"] == ours["prediction"].tolist()
        assert answer[way]["class"] == [CLASSES[index] for index in ours["prediction"]]
        assert np.allclose(answer[way]["probabilities"], ours["probabilities"].numpy(), atol=1e-6)


def _run_client(home: Home, folder: Path, uri: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CNNLAB_HOME")}
    environment |= {
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "False",
        "MLFLOW_TRACKING_URI": mlflow_store.tracking_uri(home),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "client.py", uri, "pixels.npy", "files.json"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _folder(model: Any) -> Path:
    return Path(model.artifact_location.removeprefix("file://"))


def test_a_model_left_half_done_is_made_anew(mlflow_home: Home, finished: Journal) -> None:
    from cnnlab.runs import logged_model

    def killed(run_folder: Path, scratch: Path) -> Path:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logged_model, "save_model", killed)
        with pytest.raises(KeyboardInterrupt):
            repair(mlflow_home, finished.run_id)
    assert incomplete(mlflow_home) == [finished.run_id]
    assert repair(mlflow_home, finished.run_id)
    (model,) = mlflow_store.connect(mlflow_home).search_logged_models(["1"])
    assert model.status == "READY"
    assert (_folder(model) / "MLmodel").exists()


def test_the_requirements_are_exact_and_enough(finished: Journal, tmp_path: Path) -> None:
    from cnnlab.runs.logged_model import requirements, save_model

    saved = save_model(finished.folder, tmp_path)
    stated = (saved / "requirements.txt").read_text().split()
    assert set(stated) == set(requirements())
    assert all("==" in line and "+" not in line for line in stated)
    assert not list(saved.rglob("__pycache__"))


@pytest.mark.parametrize(
    "given", [np.zeros((2, 8, 8, 2), np.uint8), np.full((1, 8, 8), 300), np.zeros((1, 8, 8)), ["not base64!"], [3], 7]
)
def test_what_is_no_image_is_refused(given: Any) -> None:
    from cnnlab.runs.pyfunc_model import images_of

    with pytest.raises(DataError) as caught:
        images_of(given)
    assert caught.value.problem.code == "input_not_images"
    assert "base64" in caught.value.message("es")
