"""Remedies: each changes what it says and nothing else, is recognised again, and is tested on the worst group."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.groups.remedies import (
    REMEDIES,
    applies,
    in_group,
    remedied,
    remedy_between,
    worst_group,
)
from cnnlab.evaluation.judged import Judged
from cnnlab.experiment import Experiment


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_changes_the_data_alone_and_is_recognised(name: str) -> None:
    before = Experiment()
    after = remedied(before, name, "site", ["site"])
    assert after.changed({"data": before.to_dict()["data"]}) == before.changed({"name": ""})
    assert remedy_between(before, after) == name
    with pytest.raises(LabError) as refused:
        remedied(after, name, "site", ["site"])
    assert refused.value.problem.code == "remedy_already"


def test_a_run_that_augments_keeps_how_it_does() -> None:
    before = Experiment().changed({"data.augmentation.rotation": 3.0})
    assert remedied(before, "augmented_sampler").data.augmentation == before.data.augmentation
    assert remedied(Experiment(), "augmented_sampler").data.augmentation.active
    assert remedied(Experiment(), "augmented_sampler").data.augmentation.horizontal_flip == 0.0


def test_what_is_no_remedy_is_not_called_one() -> None:
    assert remedy_between(Experiment(), Experiment()) is None
    changed = Experiment().changed({"data.balance": "sampler", "data.image_size": 28})
    assert remedy_between(Experiment(), changed) is None


def test_the_worst_group_is_tested_on_its_own_images() -> None:
    labels = np.zeros(120, np.int64)
    codes = np.repeat([0, 1, 2], [50, 50, 20])  # the last is too small to tell
    predictions = np.where((codes == 1) & (np.arange(120) % 2 == 0) | (codes == 2), 1, 0)
    shares = np.eye(2, dtype=np.float32)[predictions]
    before = Judged(("a", "b"), [str(i) for i in range(120)], labels, predictions, shares)
    after = dataclasses.replace(before, predictions=labels)
    assert worst_group(before, codes, 3) == 1
    pair = in_group(before, after, codes == 1)
    assert pair is not None
    assert (pair.images, pair.only_first, pair.only_second) == (50, 25, 0)
    assert pair.difference == 0.5
    assert pair.real
    assert in_group(before, dataclasses.replace(after, files=before.files[::-1]), codes == 1) is None


def test_the_rare_are_altered_more_and_where_none_is_rare_it_is_no_remedy() -> None:
    fresh = remedied(Experiment(), "rare_augmented").data
    assert (fresh.balance, fresh.common_augmentation) == ("sampler", 0.0)
    assert fresh.augmentation.active
    before = Experiment().changed({"data.augmentation.rotation": 100.0, "data.augmentation.erasing": 0.7})
    after = remedied(before, "rare_group_augmented", "site", ["site"]).data
    assert (after.balance, after.balance_by, after.common_augmentation) == ("group_sampler", "site", 0.5)
    assert after.augmentation == before.data.augmentation
    assert applies("rare_augmented", np.array([100, 20, 0]))
    assert not applies("rare_augmented", np.array([100, 95]))
    assert not applies("rare_augmented", np.array([100, 0]))
    assert applies("class_sampler", np.array([100, 100]))
