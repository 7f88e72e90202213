"""A share of the training split: stratified, nested, and nothing else of the split or of a run's name changes."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.checks import check
from cnnlab.data.load import load
from cnnlab.data.shares import with_share
from cnnlab.data.splits import SplitIndex
from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.home import Home

NONE = np.empty(0, np.int64)


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_nested_and_hold_every_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 7, 400)
    split = SplitIndex(np.sort(rng.permutation(400)[:300]), NONE, NONE)
    before = split.train
    for share in (0.6, 0.3, 0.1, 0.001):
        part = with_share(split, labels, share, seed).train
        assert np.isin(part, before).all()
        assert (np.diff(part) > 0).all()
        whole = np.bincount(labels[split.train], minlength=7)
        counts = np.bincount(labels[part], minlength=7)
        assert (counts == np.maximum(1, np.floor(share * whole + 0.5))).all()
        before = part
    assert with_share(split, labels, 1.0, seed) is split


def test_only_the_training_split_gets_smaller(home: Home) -> None:
    whole = load(Experiment().data, home)
    part = load(Experiment().changed({"data.train_share": 0.2}).data, home)
    assert abs(len(part.train) - 0.2 * len(whole.train)) < 10
    assert sum(part.training_counts) == len(part.train)
    assert np.array_equal(part.split.test, whole.split.test)
    assert np.array_equal(part.split.validation, whole.split.validation)


def test_runs_from_before_keep_their_name() -> None:
    assert Experiment().sha256 == Experiment().changed({"data.train_share": 1.0}).sha256
    assert Experiment().sha256 != Experiment().changed({"data.train_share": 0.5}).sha256


def test_a_batch_has_to_fit_the_share(home: Home) -> None:
    check(Experiment(), home)
    with pytest.raises(ExperimentError) as caught:
        check(Experiment().changed({"data.train_share": 0.01}), home)
    assert caught.value.problem.code == "larger_than_split"
    with pytest.raises(ExperimentError):
        Experiment().changed({"data.train_share": 0.0})
