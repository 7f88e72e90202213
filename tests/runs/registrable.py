"""A finished run whose network was never trained, and what it must predict wherever it is loaded."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predict import predict_uploads, read
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.trained import load_trained
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.training import checkpoints

CLASSES = ("circle", "square", "triangle")
LOADED = """
import base64, json, sys
import mlflow.pyfunc
files = json.load(open(sys.argv[2]))
print(mlflow.pyfunc.load_model(sys.argv[1]).predict(files).to_json(orient="records"))
"""


def finished(home: Home, seed: int = 0, name: str = "") -> Journal:
    """Weights that were never trained: what counts here is that they arrive."""
    experiment = Experiment.from_dict({"name": name or f"shapes-{seed}", "owner": "ana"})
    journal = Journal.create(home, experiment)
    kind, outputs = InputKind("image", (3, 16, 16)), OutputSpec(3, CLASSES)
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.2, 0.2)
    network = build_network(experiment.model, kind, 3, mean, std)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weights in network.parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) * 0.1)
    Card(experiment.to_dict(), kind, outputs, mean, std, "shapes", "cd" * 32, (5, 5, 5)).write(journal.folder)
    checkpoints.publish_best(journal.checkpoints, network)
    journal.write_result({"best_epoch": 2, "test": {"accuracy": 0.5}})
    journal.transition(RunState.RUNNING, allowed=(RunState.QUEUED,), started=1.7e9)
    journal.transition(RunState.FINISHED, allowed=(RunState.RUNNING,))
    return journal


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def ours(run: Journal, images: list[Image.Image]) -> list[list[float]]:
    """As the page Predict says it."""
    predicted, _ = predict_uploads(
        load_trained(run.folder), [(str(place), png(image)) for place, image in enumerate(images)]
    )
    return [list(one.probabilities) for one in read(predicted, Reading.of(run.folder), CLASSES)]


def same(rows: list[dict[str, object]], expected: list[list[float]]) -> None:
    assert np.allclose([row["probabilities"] for row in rows], expected, atol=1e-5)
    assert [row["class"] for row in rows] == [CLASSES[int(np.argmax(one))] for one in expected]
