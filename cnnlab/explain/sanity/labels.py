"""The other half of Adebayo et al. 2018: the same network trained on shuffled labels.

Nothing in the images says which of the shuffled labels is right, so that network learned them by heart. A map that is
the same for both networks does not show what the labels taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.trained import TrainedModel, load_trained
from cnnlab.experiment import Augmentation, Experiment
from cnnlab.explain.explain import explain_batch
from cnnlab.explain.sanity.similarity import similarity
from cnnlab.explain.sanity.verdict import Verdict, judged
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing

MEMORISED = 0.95  # accuracy on the shuffled training labels, from which on they count as learned (as in the paper)
LEAST_EPOCHS = 60  # learning by heart takes longer than learning
_SEARCHED = 500  # newest runs


@dataclass(frozen=True)
class LabelCheck:
    """``accuracy``: on the shuffled labels of the training split, in the epoch whose weights are used."""

    method: str
    verdict: Verdict
    accuracy: float | None


def shuffled_experiment(experiment: Experiment) -> Experiment:
    """The same experiment on shuffled labels, with everything off that keeps a network from learning them by heart."""
    return experiment.changed(
        {
            "name": f"{experiment.name[:200]}-shuffled",
            "data.shuffle_labels": True,
            "data.augmentation": Augmentation().model_dump(),
            "training.epochs": max(LEAST_EPOCHS, experiment.training.epochs),
            "training.early_stopping.monitor": "train_loss",
            "training.early_stopping.patience": 0,
            "training.weight_decay": 0.0,
            "training.label_smoothing": 0.0,
        }
    )


def shuffled_run(run_id: str, home: Home) -> Run | None:
    """The newest run that was started for the label check of ``run_id``."""
    for run in listing(home, limit=_SEARCHED):
        if run.parent == run_id and run.experiment is not None and run.experiment.data.shuffle_labels:
            return run
    return None


def partner(run_id: str, shuffled_id: str, home: Home) -> tuple[TrainedModel, float | None]:
    """The network of ``shuffled_id`` and its accuracy on the labels that it was given.

    Raises ``LabError``: "not_shuffled", "other_network", "run_in_training" and what ``load_trained`` raises.
    """
    journal = Journal.open(home, shuffled_id)
    spec = journal.experiment()
    if not spec.data.shuffle_labels:
        raise LabError("not_shuffled", field="--labels", value=spec.name)
    if journal.status().state.is_active:
        raise LabError("run_in_training", field="--labels", value=spec.name)
    own, other = (Card.read(Journal.open(home, each).folder) for each in (run_id, shuffled_id))
    if (own.dataset_fingerprint, own.kind) != (other.dataset_fingerprint, other.kind) or (
        own.experiment["model"] != other.experiment["model"]
    ):
        raise LabError("other_network", field="--labels", value=spec.name)
    best = [record.get("train_accuracy") for record in journal.epochs() if record.get("best")]
    return load_trained(journal.folder), best[-1] if best else None


def compare(
    model: TrainedModel,
    other: TrainedModel,
    accuracy: float | None,
    inputs: Tensor,
    methods: Sequence[str],
    *,
    progress: Progress | None = None,
) -> list[LabelCheck]:
    """How alike the maps of both networks are for the same images, and classes that the first one predicts."""
    found = []
    for done, method in enumerate(methods):
        if progress is not None:
            progress("progress.sanity_labels", done, len(methods))
        first = explain_batch(model.network, model.task, inputs, targets=[None] * len(inputs), method=method)
        targets: list[int | None] = [each.target for each in first]
        layer = first[0].layer
        second = explain_batch(other.network, other.task, inputs, targets=targets, method=method, layer=layer)
        alike = [similarity(a.map, b.map) for a, b in zip(first, second, strict=True)]
        values = {
            name: np.array([[getattr(one, name) for one in alike]], np.float32) for name in ("absolute", "signed")
        }
        found.append(LabelCheck(method, _believed(judged(values), accuracy), accuracy))
    return found


def _believed(verdict: Verdict, accuracy: float | None) -> Verdict:
    """A network that has not learned its labels proves nothing."""
    if accuracy is not None and accuracy >= MEMORISED:
        return verdict
    return Verdict("inconclusive", verdict.measure, verdict.mean, verdict.low, verdict.high)
