"""How much of the augmentation a sample gets: by its class or its group, and nothing where all are varied alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnlab.data.load import Dataset, load
from cnnlab.data.rarity import strength, strengths
from cnnlab.data.splits import SplitIndex
from cnnlab.experiment import DataSpec, Experiment
from cnnlab.home import Home

TEXTURES = {"dataset": "shapes", "options": {"variant": "texture", "samples": 400}}


@pytest.mark.parametrize("seed", range(20))
def test_the_largest_gets_the_stated_share_and_a_rarer_class_never_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts, common = rng.integers(0, 10 ** rng.integers(1, 5), rng.integers(1, 30)), float(rng.random())
    counts[0] += 1
    found = strength(torch.from_numpy(counts), common)
    assert float(found[int(np.argmax(counts))]) == pytest.approx(common, abs=1e-6)
    order = np.argsort(counts)
    assert (np.diff(found.numpy()[order]) <= 1e-6).all()
    assert float(found.min()) >= common - 1e-6
    assert float(found.max()) <= 1


def uneven(spec: DataSpec, home: Home) -> Dataset:
    """With a tenth of the first class and of the first texture's training images."""
    whole = load(spec, home)
    labels = np.asarray(whole.prepared.targets)[whole.split.train]
    first = np.flatnonzero(labels == 0)
    kept = np.delete(whole.split.train, first[3:])
    return load(spec, home, split=SplitIndex(kept, whole.split.validation, whole.split.test))


def test_rare_classes_are_varied_more_and_by_group_rare_groups_are(home: Home) -> None:
    assert strengths(load(DataSpec.model_validate(TEXTURES), home), 1.0) is None
    by_class = uneven(DataSpec.model_validate(TEXTURES), home)
    found = strengths(by_class, 0.2)
    assert found is not None
    assert len(found) == len(by_class.prepared.targets)
    targets = by_class.train.targets
    assert isinstance(targets, torch.Tensor)
    given_to = found[by_class.train.positions]
    assert float(given_to[targets == 0].min()) > float(given_to[targets == 1].max())
    assert float(given_to.min()) == pytest.approx(0.2)
    assert bool((found[by_class.test.positions] == 1).all())

    grouped = uneven(DataSpec.model_validate({**TEXTURES, "balance": "group_sampler", "balance_by": "texture"}), home)
    by_group = strengths(grouped, 0.0)
    assert by_group is not None
    column = grouped.train.manifest["texture"]
    common = max(set(column), key=column.count)
    chosen = torch.tensor([value == common for value in column])
    assert bool((by_group[grouped.train.positions][chosen] == 0).all())


def test_a_run_of_before_keeps_its_name() -> None:
    assert Experiment().sha256 == Experiment().changed({"data.common_augmentation": 1.0}).sha256
    assert Experiment().sha256 != Experiment().changed({"data.common_augmentation": 0.0}).sha256
