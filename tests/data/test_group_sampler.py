"""Balanced sampling by group: the draw is as said, the same for the same seed, and what is wrong is refused."""

from __future__ import annotations

import pytest
import torch

from cnnlab.checks import check
from cnnlab.data.load import load
from cnnlab.errors import DataError, ExperimentError
from cnnlab.experiment import DataSpec, Experiment
from cnnlab.home import Home

TEXTURES = {"dataset": "shapes", "options": {"variant": "texture", "samples": 300}}


def test_every_group_is_drawn_as_often_whatever_its_size(home: Home) -> None:
    data = load(DataSpec.model_validate({**TEXTURES, "balance": "group_sampler", "balance_by": "texture"}), home)
    column = data.train.manifest["texture"]
    known = sorted(set(column))
    groups = torch.tensor([known.index(value) for value in column])
    drawn = torch.cat([groups[data.train.order(7, epoch)] for epoch in range(40)])
    shares = torch.bincount(drawn).double() / len(drawn)
    # four standard errors of a share of so many draws
    reach = 4 * (shares.mean() * (1 - shares.mean()) / len(drawn)).sqrt()
    assert (shares - 1 / len(known)).abs().max() < reach
    assert torch.equal(data.train.order(7, 3), data.train.order(7, 3))
    assert torch.equal(data.train.to("cpu").order(7, 3), data.train.order(7, 3))
    assert not torch.equal(data.train.order(7, 3), data.train.order(7, 4))
    assert data.validation.order(7, 0).unique().numel() == len(data.validation)


def test_a_column_that_is_not_there_is_refused_with_what_there_is(home: Home) -> None:
    with pytest.raises(DataError) as refused:
        load(DataSpec.model_validate({**TEXTURES, "balance": "group_sampler", "balance_by": "camera"}), home)
    assert refused.value.problem.code == "unknown_balance_column"
    assert "texture" in refused.value.problem.params["known"]


def test_a_group_sampler_needs_a_column(home: Home) -> None:
    with pytest.raises(ExperimentError) as refused:
        check(Experiment().changed({"data.balance": "group_sampler"}), home)
    assert [problem.code for problem in refused.value.problems] == ["balance_without_column"]
    check(Experiment().changed({"data.balance": "group_sampler", "data.balance_by": "folder"}), home)
