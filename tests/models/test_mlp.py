"""The multilayer perceptron: what it is made of, and where it ends."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Network


def built(size: int = 8, channels: int = 1, **options: Any) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (channels, size, size))
    return build_network(ModelSpec(architecture="mlp", options=options), kind, 5, [0.0] * channels, [1.0] * channels)


def names(network: Network) -> list[str]:
    return [name for name, _ in network.body.named_children()]


def test_layers_are_those_of_the_options() -> None:
    assert names(built(hidden=[9], dropout=0)) == ["flatten", "dense1", "activation1", "output"]
    full = ["flatten", "dense1", "norm1", "activation1", "dropout1", "dense2", "norm2", "activation2", "dropout2"]
    assert names(built(hidden=[9, 7], batch_norm=True, dropout=0.5)) == [*full, "output"]
    sizes = [m.weight.shape for m in built(channels=3, hidden=[9, 7]).modules() if isinstance(m, nn.Linear)]
    assert [tuple(size) for size in sizes] == [(9, 192), (7, 9), (5, 7)]


def test_without_hidden_layers_it_is_logistic_regression() -> None:
    network = built(hidden=[])
    assert names(network) == ["flatten", "output"]
    images = torch.rand(2, 1, 8, 8)
    output = network.get_submodule("body.output")
    assert torch.equal(network(images), output(images.flatten(1)))


def test_a_batch_of_one_passes_batch_normalisation_and_leaves_its_statistics() -> None:
    network = built(batch_norm=True, dropout=0).train()
    network(torch.rand(16, 1, 8, 8))
    norm, image = network.get_submodule("body.norm1"), torch.rand(1, 1, 8, 8)
    assert isinstance(norm, nn.BatchNorm1d)
    assert norm.running_mean is not None
    before = norm.running_mean.clone()
    alone = network(image)
    assert torch.equal(norm.running_mean, before)
    assert torch.equal(alone, network.eval()(image))


def test_it_knows_nothing_of_where_pixels_are() -> None:
    """The same weights in another order of pixels give the same outputs."""
    network, images = built(dropout=0), torch.rand(4, 1, 8, 8)
    before = network(images)
    order = torch.randperm(64, generator=torch.Generator().manual_seed(1))
    first = network.get_submodule("body.dense1")
    assert isinstance(first, nn.Linear)
    first.weight.data = first.weight.data[:, order]
    shuffled = images.flatten(1)[:, order].view_as(images)
    torch.testing.assert_close(network(shuffled), before)


def test_layers_beyond_any_memory_are_refused() -> None:
    with pytest.raises(ExperimentError) as caught:
        built(size=224, channels=3, hidden=[4096])
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("dense_too_large", "model.options.hidden")
    assert problem.params["value"] > problem.params["limit"]


@pytest.mark.parametrize("hidden", [[0], [-3], [10**9], [2.5], "wide", [8] * 9])
def test_nonsense_is_refused(hidden: object) -> None:
    with pytest.raises(ExperimentError):
        built(hidden=hidden)
