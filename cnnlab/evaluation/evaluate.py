"""A run's test metrics: what was measured when it finished, or measured now for a run that did not get there."""

from __future__ import annotations

from cnnlab.data.load import Dataset, load
from cnnlab.data.splits import SplitIndex
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, RunError
from cnnlab.evaluation.predictions import write_predictions
from cnnlab.evaluation.trained import Card, load_trained
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.training import runtime
from cnnlab.training.measure import measure


def evaluate_run(journal: Journal, home: Home, *, progress: Progress | None = None) -> dict[str, float]:
    """Metrics of the best weights on the test split, without its name ("accuracy").

    Raises ``RunError`` ("run_in_training", "model_missing") and ``DataError`` ("no_test_split", "dataset_changed").
    """
    recorded: dict[str, float] = journal.result().get("test") or {}
    if recorded:
        return recorded
    if journal.status().state.is_active:
        raise RunError("run_in_training", value=journal.run_id)
    model = load_trained(journal.folder)
    dataset = dataset_of(journal, home, progress=progress)
    if len(dataset.test) == 0:
        raise DataError("no_test_split", field="data.split.test")
    spec = model.experiment.training
    where = runtime.prepare(spec)
    test = dataset.test.to(where.device)
    network = where.place(model.network)
    measured = measure(network, test, model.task, where, batch_size=spec.batch_size, keep_predictions=True)
    write_predictions(journal.folder / "predictions" / "test.parquet", measured.predictions, dataset.files)
    return measured.metrics


def dataset_of(journal: Journal, home: Home, *, progress: Progress | None = None) -> Dataset:
    """The dataset a run was trained on, with the split it was trained with."""
    card = Card.read(journal.folder)
    spec = journal.experiment().data.model_copy(update={"fingerprint": card.dataset_fingerprint})
    return load(spec, home, progress=progress, split=SplitIndex.load(journal.folder / "split.npz"))
