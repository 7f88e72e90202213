"""Shuffled labels: of the training split alone, the same each time."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.data.load import load
from cnnlab.experiment import Experiment
from cnnlab.home import Home


def labels(home: Home, part: str, **changes: object) -> Tensor:
    targets = getattr(load(Experiment().changed(changes).data, home), part).targets
    assert isinstance(targets, Tensor)
    return targets


def test_only_the_training_split_is_shuffled(home: Home) -> None:
    shuffled = {"data.shuffle_labels": True}
    true, other = labels(home, "train"), labels(home, "train", **shuffled)
    assert torch.equal(true.sort().values, other.sort().values)
    assert (true == other).float().mean() < 0.2
    for part in ("validation", "test"):
        assert torch.equal(labels(home, part), labels(home, part, **shuffled))


def test_the_order_is_that_of_the_split_seed(home: Home) -> None:
    shuffled = {"data.shuffle_labels": True}
    assert torch.equal(labels(home, "train", **shuffled), labels(home, "train", **shuffled))


def test_the_data_are_still_the_same_data(home: Home) -> None:
    plain = load(Experiment().data, home)
    shuffled = load(Experiment().changed({"data.shuffle_labels": True}).data, home)
    assert plain.fingerprint == shuffled.fingerprint
    assert plain.training_counts == shuffled.training_counts
