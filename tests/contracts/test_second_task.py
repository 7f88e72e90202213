"""A task that is not classification goes through worker, journal, checkpoints and predictions as it is.

Its targets are ragged (a row for each dot), its output has no class names, and its metric is none we know.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from cnnlab import registry as registries
from cnnlab import session, worker
from cnnlab.data.samples import ArraySamples
from cnnlab.data.splits import SplitIndex
from cnnlab.data.types import InputKind, OutputSpec, Ragged
from cnnlab.evaluation.predictions import read_predictions
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState

SIDE, SAMPLES = 12, 90


def _dots() -> tuple[np.ndarray[Any, Any], Ragged]:
    """Dark images with 0 to 5 bright dots; some samples have none, so ragged offsets repeat."""
    generator = np.random.default_rng(0)
    images = np.zeros((SAMPLES, SIDE, SIDE, 1), np.uint8)
    rows, offsets = [], [0]
    for image in images:
        dots = generator.integers(0, SIDE, (generator.integers(0, 6), 2))
        for x, y in dots:
            image[y, x] = 255
        rows.extend(dots.tolist())
        offsets.append(len(rows))
    return images, Ragged(torch.tensor(rows), torch.tensor(offsets))


def _dataset(*_: object, **__: object) -> SimpleNamespace:
    images, targets = _dots()
    kind, outputs = InputKind("image", (1, SIDE, SIDE)), OutputSpec(1)
    split = SplitIndex(np.arange(60), np.arange(60, 75), np.arange(75, SAMPLES))

    def part(index: np.ndarray[Any, Any]) -> ArraySamples:
        positions = torch.from_numpy(index)
        return ArraySamples(kind, outputs, images, targets.take(positions), positions)

    parts = {"train": part(split.train), "validation": part(split.validation), "test": part(split.test)}
    files = [f"dots/{i}" for i in range(SAMPLES)]
    described = {"name": "dots", "fingerprint": "f" * 64, "mean": (0.0,), "std": (1.0,), "training_counts": ()}
    return SimpleNamespace(kind=kind, outputs=outputs, split=split, files=files, **described, **parts)


@pytest.fixture
def _counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registries.PACKAGES, "task", "tests.contracts.counting")
    registries.registry.cache_clear()
    monkeypatch.setattr(session, "load", _dataset)
    yield
    registries.registry.cache_clear()


@pytest.mark.usefixtures("_counting")
def test_a_task_with_ragged_targets_and_no_classes_trains_resumes_and_predicts(home: Home) -> None:
    experiment = Experiment().changed(
        {
            "task.name": "count_dots",
            "training.loss": "squared_error",
            "training.epochs": 3,
            "training.batch_size": 16,
            "training.threads": 1,
            "training.early_stopping.monitor": "val_mean_absolute_error",
            "model.options": {},
        }
    )
    journal = Journal.create(home, experiment)
    assert worker.run(journal, 1, home) is RunState.FINISHED, journal.log_text()

    records = journal.epochs()
    assert [record["epoch"] for record in records] == [1, 2, 3]
    assert {"train_loss", "val_loss", "val_mean_absolute_error"} <= set(records[0])
    assert not any("accuracy" in name for name in records[0])
    assert set(journal.result()["test"]) == {"loss", "mean_absolute_error"}

    predictions = read_predictions(journal.folder / "predictions" / "test.parquet")
    assert len(predictions["index"]) == 15
    _, targets = _dots()
    lengths = (targets.offsets[1:] - targets.offsets[:-1])[75:].tolist()
    assert [len(dots) for dots in predictions["dots"]] == lengths
    assert predictions["file"][0] == "dots/75"
