"""A run's test metrics: what was measured when it finished, or measured now for a run that did not get there."""

from __future__ import annotations

import contextlib
from typing import Any

import torch

from cnnlab.data.load import Dataset, load
from cnnlab.data.splits import SplitIndex
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import PREDICTIONS, read_predictions, write_predictions
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.training import runtime
from cnnlab.training.measure import measure


def evaluate_run(journal: Journal, home: Home, *, progress: Progress | None = None) -> dict[str, float]:
    """Metrics of the best weights on the test split, without its name ("accuracy").

    Raises ``RunError`` ("run_in_training", "model_missing") and ``DataError`` ("no_test_split", "dataset_changed").
    """
    recorded: dict[str, float] = journal.result().get("test") or {}
    return recorded or measure_again(journal, home, progress)


def held_out_predictions(journal: Journal, home: Home, *, progress: Progress | None = None) -> dict[str, list[Any]]:
    """What the best weights say of each test sample, in the split's order; measured once, then read from the disk.

    A file that can't be read is measured anew. Raises as ``evaluate_run`` does: nobody looks at the test split of a
    run that still trains.
    """
    path = journal.folder / PREDICTIONS
    with contextlib.suppress(FileNotFoundError, RunError):
        return read_predictions(path)
    measure_again(journal, home, progress)
    return read_predictions(path)


def measure_again(journal: Journal, home: Home, progress: Progress | None = None) -> dict[str, float]:
    """Measures the best weights on the test split, whatever was measured before, and stores the predictions.

    Raises as ``evaluate_run`` does.
    """
    if journal.status().state.is_active:
        raise RunError("run_in_training", value=journal.run_id)
    model = load_trained(journal.folder)
    dataset = dataset_of(journal, home, progress=progress)
    if len(dataset.test) == 0:
        raise DataError("no_test_split", field="data.split.test")
    spec = model.experiment.training
    threads = torch.get_num_threads()
    where = runtime.prepare(spec).in_float32()
    test = dataset.test.to(where.device)
    network = where.place(model.network)
    try:
        measured = measure(network, test, model.task, where, batch_size=spec.batch_size, keep_predictions=True)
    finally:
        torch.set_num_threads(threads)  # the app's other sessions compute in this process too
    write_predictions(journal.folder / PREDICTIONS, measured.predictions, dataset.files)
    return measured.metrics


def dataset_of(journal: Journal, home: Home, *, progress: Progress | None = None) -> Dataset:
    """The dataset a run was trained on, with the split it was trained with."""
    card = Card.read(journal.folder)
    spec = journal.experiment().data.model_copy(update={"fingerprint": card.dataset_fingerprint})
    return load(spec, home, progress=progress, split=SplitIndex.load(journal.folder / "split.npz"))
