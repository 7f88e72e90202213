"""What a run's best weights say of its splits: measured once for each, then read from the disk."""

from __future__ import annotations

import contextlib
from typing import Any

import torch

from cnnlab.data.load import Dataset, load
from cnnlab.data.samples import ArraySamples
from cnnlab.data.splits import SplitIndex
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import file_of, read_predictions, write_predictions
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


def evaluate_split(journal: Journal, home: Home, split: str, *, progress: Progress | None = None) -> dict[str, float]:
    """As ``evaluate_run``, of any split; of the test split what was recorded at the end of the run.

    Raises as ``split_predictions`` does.
    """
    file_of(split)  # raises for what is none
    return (
        evaluate_run(journal, home, progress=progress)
        if split == "test"
        else measure_again(journal, home, progress, split=split)
    )


def held_out_predictions(journal: Journal, home: Home, *, progress: Progress | None = None) -> dict[str, list[Any]]:
    """``split_predictions`` of the test split."""
    return split_predictions(journal, home, "test", progress=progress)


def split_predictions(
    journal: Journal, home: Home, split: str, *, progress: Progress | None = None
) -> dict[str, list[Any]]:
    """What the best weights say of each sample of ``split``, in its order; measured once, then read from the disk.

    A file that can't be read is measured anew. Raises as ``evaluate_run`` does, and ``RunError`` ("unknown_split"):
    nobody looks at the predictions of a run that still trains.
    """
    path = journal.folder / file_of(split)
    with contextlib.suppress(FileNotFoundError, RunError):
        return read_predictions(path)
    measure_again(journal, home, progress, split=split)
    return read_predictions(path)


def measure_again(
    journal: Journal, home: Home, progress: Progress | None = None, *, split: str = "test"
) -> dict[str, float]:
    """Measures the best weights on ``split``, whatever was measured before, and stores the predictions.

    Raises as ``split_predictions`` does, and ``DataError`` ("no_test_split", "split_is_empty").
    """
    path = journal.folder / file_of(split)
    if journal.status().state.is_active:
        raise RunError("run_in_training", value=journal.run_id)
    model = load_trained(journal.folder)
    dataset = dataset_of(journal, home, progress=progress)
    samples = samples_of(dataset, split)
    if len(samples) == 0:
        code = "no_test_split" if split == "test" else "split_is_empty"
        raise DataError(code, field=f"data.split.{split}", value=split)
    spec = model.experiment.training
    threads = torch.get_num_threads()
    where = runtime.prepare(spec).in_float32()
    network = where.place(model.network)
    try:
        measured = measure(
            network, samples.to(where.device), model.task, where, batch_size=spec.batch_size, keep_predictions=True
        )
    finally:
        torch.set_num_threads(threads)  # the app's other sessions compute in this process too
    write_predictions(path, measured.predictions, dataset.files)
    return measured.metrics


def samples_of(dataset: Dataset, split: str) -> ArraySamples:
    """One of its splits. Raises ``RunError`` ("unknown_split")."""
    file_of(split)  # raises for what is none
    samples: ArraySamples = getattr(dataset, split)
    return samples


def dataset_of(journal: Journal, home: Home, *, progress: Progress | None = None) -> Dataset:
    """The dataset a run was trained on, with the split it was trained with."""
    card = Card.read(journal.folder)
    spec = journal.experiment().data.model_copy(update={"fingerprint": card.dataset_fingerprint})
    return load(spec, home, progress=progress, split=SplitIndex.load(journal.folder / "split.npz"))
