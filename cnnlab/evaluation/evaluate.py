"""What a run's best weights say of its splits: measured once for each, then read from the disk."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from cnnlab.data.load import Dataset, load
from cnnlab.data.samples import ArraySamples
from cnnlab.data.splits import SplitIndex
from cnnlab.data.types import Batch, Progress
from cnnlab.errors import DataError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import Origin, file_of, write_predictions
from cnnlab.evaluation.report import Report, report_of
from cnnlab.evaluation.report_kept import kept_report_on
from cnnlab.evaluation.stored import is_current, stored_metrics, stored_predictions, weights_name
from cnnlab.evaluation.trained import load_trained
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.tasks.base import Predictions
from cnnlab.tasks.build import build_task
from cnnlab.training import runtime
from cnnlab.training.measure import drain, measuring
from cnnlab.training.threads import own_threads


def evaluate_split(journal: Journal, home: Home, split: str, *, progress: Progress | None = None) -> dict[str, float]:
    """Metrics of the best weights on ``split``, without its name ("accuracy").

    They are what was recorded at the end of the run, or beside the predictions. Raises as ``split_predictions`` does.
    """
    file_of(split)  # raises for what is none
    recorded: dict[str, float] = (journal.result().get("test") or {}) if split == "test" else {}
    if recorded:
        return recorded
    ensure_measured(journal, home, split, progress=progress)
    beside = stored_metrics(journal.folder, split)
    return _from_columns(journal, split) if beside is None else beside


def _from_columns(journal: Journal, split: str) -> dict[str, float]:
    """What the task makes of predictions that have no metrics beside them; the loss can't be known from them."""
    card = Card.read(journal.folder)
    columns = stored_predictions(journal.folder, split, without=("file", "probabilities"))
    count = len(columns.pop("index"))
    predictions = Predictions(torch.arange(count), {name: torch.tensor(values) for name, values in columns.items()})
    found = build_task(Experiment.from_dict(card.experiment), card.outputs, card.training_counts).metrics(card.outputs)
    found.update(predictions, Batch(torch.empty(count, 0), predictions.columns.get("label"), None, predictions.index))
    return found.compute()


def held_out_predictions(journal: Journal, home: Home, *, progress: Progress | None = None) -> dict[str, list[Any]]:
    """``split_predictions`` of the test split."""
    return split_predictions(journal, home, "test", progress=progress)


def split_predictions(
    journal: Journal, home: Home, split: str, *, progress: Progress | None = None
) -> dict[str, list[Any]]:
    """What the best weights say of each sample of ``split``, in its order; measured once, then read from the disk.

    A file that can't be read, or is of other weights or another split, is measured anew. Raises ``RunError``:
    "run_in_training" (nobody looks at the predictions of a run that still trains), "model_missing", "unknown_split";
    and ``DataError``: "no_test_split", "split_is_empty", "dataset_changed".
    """
    with contextlib.suppress(FileNotFoundError, RunError):
        return stored_predictions(journal.folder, split)
    file_of(split)  # raises for what is none
    ensure_measured(journal, home, split, progress=progress, damaged=True)
    return stored_predictions(journal.folder, split)


def split_report(journal: Journal, home: Home, split: str, *, progress: Progress | None = None) -> Report | None:
    """All that is said of ``split_predictions``; ``None`` where they are of no classes. Raises as those do."""
    make = functools.partial(kept_report_on, home)
    with contextlib.suppress(RunError):  # damaged
        if is_current(journal.folder, split):
            return report_of(journal.folder, split, make=make)
    file_of(split)  # raises for what is none
    ensure_measured(journal, home, split, progress=progress, damaged=True)
    return report_of(journal.folder, split, make=make)


def ensure_measured(
    journal: Journal, home: Home, split: str, *, progress: Progress | None = None, damaged: bool = False
) -> None:
    """Measures what was never measured; whoever asks for the same meanwhile waits instead of measuring too.

    ``damaged``: pages of the file were read and found damaged, or there was none. Raises as ``split_predictions``.
    """
    path = journal.folder / file_of(split)
    before = _written(path)
    if not damaged and _is_current(journal, split):
        return
    if journal.status().state.is_active:
        raise RunError("run_in_training", value=journal.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        written_meanwhile = _written(path) != before
        if not (written_meanwhile and _is_current(journal, split)):
            measure_again(journal, home, progress, split=split)


def _is_current(journal: Journal, split: str) -> bool:
    with contextlib.suppress(RunError):
        return is_current(journal.folder, split)
    return False


def _written(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.is_file() else None


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
    tell = progress or (lambda *_: None)
    with own_threads():
        where = runtime.prepare(spec).in_float32()
        network = where.place(model.network)
        batches = measuring(
            network, samples.to(where.device), model.task, where, batch_size=spec.batch_size, keep_predictions=True
        )
        with contextlib.closing(batches):  # a page may cancel: then the pass is left
            measured = drain(batches, lambda now: tell("progress.predicting", now.step, now.steps))
    origin = Origin(weights_name(journal.folder), dataset.split.fingerprint, measured.metrics)
    write_predictions(path, measured.predictions, dataset.files, origin=origin)
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
