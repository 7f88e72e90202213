"""A run that has ended with weights nobody trained: all that is needed to use a run, in a second."""

from __future__ import annotations

from typing import Any

import torch

from cnnlab.data.load import load
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import PREDICTIONS, write_predictions
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.tasks.base import Predictions
from cnnlab.tasks.outputs import network_outputs
from cnnlab.training import checkpoints


def untrained(home: Home, **changes: Any) -> Journal:
    """On the digits, unless ``changes`` say otherwise; LeNet-5, one thread, on the CPU."""
    plain = {"training.threads": 1, "training.device": "cpu", "training.precision": "float32"}
    experiment = Experiment().changed({"name": "untrained", **plain, **changes})
    journal = Journal.create(home, experiment)
    data = load(experiment.data, home)
    torch.manual_seed(0)
    outputs = network_outputs(experiment.task, data.outputs.count)
    network = build_network(experiment.model, data.kind, outputs, data.mean, data.std)
    checkpoints.publish_best(journal.checkpoints, network)
    data.split.save(journal.folder / "split.npz")
    stored = (experiment.to_dict(), data.kind, data.outputs, data.mean, data.std)
    Card(*stored, data.name, data.fingerprint, data.training_counts).write(journal.folder)
    journal.append_epoch({"epoch": 1, "time": 0.0, "train_loss": 2.0, "val_loss": 2.0, "best": True})
    journal.transition(RunState.FINISHED, allowed=(RunState.QUEUED,), stop_reason="completed")
    return journal


def half_right(journal: Journal, home: Home) -> None:
    """Stores predictions of its test split that no network made: about half of them right, of every class."""
    data = load(journal.experiment().data, home)
    labels = data.test.targets
    assert isinstance(labels, torch.Tensor)
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(len(labels), data.outputs.count, generator=generator)
    logits[torch.arange(len(labels)), labels] += 1.5
    shares = logits.softmax(1)
    probability, prediction = shares.max(1)
    columns = {"label": labels, "prediction": prediction, "probability": probability, "probabilities": shares}
    write_predictions(journal.folder / PREDICTIONS, [Predictions(data.test.positions, columns)], data.files)
