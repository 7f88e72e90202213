"""Every explanation method on every network, at the smallest images that the network takes.

A network is built once for grey and once for colour images. All tests share it, since none may leave a trace.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnlab.errors import LabError
from cnnlab.explain.base import COSTS, attribute_of, methods_for
from cnnlab.explain.explain import explain
from cnnlab.i18n import LANGUAGES
from cnnlab.models.network import Network
from cnnlab.registry import checked, registry
from cnnlab.tasks.classification import Classification
from tests.chosen_networks import networks
from tests.explain.networks import CLASSES, built, images

METHODS = sorted(registry("explainer"))
ARCHITECTURES = sorted(registry("architecture"))
WITHOUT_MAPS = [name for name in ARCHITECTURES if registry("architecture")[name].facts.get("attribution") == "none"]
PAIRS = [(method, architecture) for method in METHODS for architecture in ARCHITECTURES]
REFUSED = [(m, a) for m, a in PAIRS if a in WITHOUT_MAPS and registry("explainer")[m].facts["layers"]]
TARGET = 1


class Subject:
    """One architecture, built when it is first asked for."""

    def __init__(self, architecture: str) -> None:
        self.architecture = architecture
        self.side = int(registry("architecture")[architecture].facts["minimum_size"])
        self._built: dict[int, tuple[Network, dict[str, Any]]] = {}

    def network(self, channels: int) -> Network:
        return self._as_built(channels)[0]

    def images(self, channels: int, count: int = 2) -> Tensor:
        return images(count, channels, self.side)

    def untouched(self, channels: int) -> bool:
        network, condition_when_built = self._as_built(channels)
        return condition(network) == condition_when_built

    def _as_built(self, channels: int) -> tuple[Network, dict[str, Any]]:
        if channels not in self._built:
            network = built(self.architecture, channels)
            self._built[channels] = network, condition(network)
        return self._built[channels]


@pytest.fixture(scope="module", params=networks(ARCHITECTURES))
def subject(request: pytest.FixtureRequest) -> Subject:
    return Subject(request.param)


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, subject: Subject) -> str:
    if (request.param, subject.architecture) in REFUSED:
        pytest.skip(f"{subject.architecture} has no maps for {request.param}: that it is refused is tested below")
    return request.param


def condition(network: Network) -> dict[str, Any]:
    """All that an explanation might leave behind."""
    return {
        "modes": [module.training for module in network.modules()],
        "flags": [parameter.requires_grad for parameter in network.parameters()],
        "grads": [parameter.grad for parameter in network.parameters()],
        "hooks": [len(table) for module in network.modules() for table in hook_tables(module)],
        "values": [tensor.double().sum().item() for tensor in network.state_dict().values()],
    }


def hook_tables(module: nn.Module) -> list[dict[int, Callable[..., Any]]]:
    return [table for name, table in vars(module).items() if "_hooks" in name and isinstance(table, dict)]


def together_and_alone(method: str, network: Network, inputs: Tensor) -> tuple[Tensor, Tensor]:
    together = attribute_of(method)(network, inputs, lambda raw: raw[:, TARGET])
    alone = [attribute_of(method)(network, inputs[i : i + 1], lambda raw: raw[:, TARGET]) for i in range(len(inputs))]
    return together, torch.cat(alone)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_map_for_each_input_and_nothing_left_behind(method: str, subject: Subject, channels: int) -> None:
    inputs = subject.images(channels)
    maps = attribute_of(method)(subject.network(channels), inputs, lambda raw: raw[:, TARGET])
    assert maps.shape == (2, *inputs.shape[2:])
    assert maps.dtype == torch.float32
    assert not maps.requires_grad
    assert torch.isfinite(maps).all()
    assert maps.abs().amax() > 0
    assert subject.untouched(channels)


def test_a_map_of_a_batch_is_the_map_of_each(method: str, subject: Subject) -> None:
    """Kernels round otherwise for another batch, and what flips a ReLU in a deep network with random weights changes
    its gradient by some per cent: what differs is compared again in double precision, where nothing flips.
    """
    network, inputs = subject.network(3), subject.images(3)
    together, alone = together_and_alone(method, network, inputs)
    tolerance = {"rtol": 1e-4, "atol": 1e-5 * float(alone.abs().max())}
    if not torch.allclose(together, alone, **tolerance):
        together, alone = together_and_alone(method, copy.deepcopy(network).double(), inputs)
    torch.testing.assert_close(together, alone, **tolerance)


def test_nothing_is_left_behind_by_an_error(method: str, subject: Subject) -> None:
    def broken(raw: Tensor) -> Tensor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attribute_of(method)(subject.network(3), subject.images(3), broken)
    assert subject.untouched(3)


def test_every_target_has_an_explanation_of_its_own(method: str, subject: Subject) -> None:
    network, inputs = subject.network(3), subject.images(3, count=1)
    task = Classification()
    found = [
        explain(network, task, inputs, target=target, method=method, layer=None, options={})
        for target in range(CLASSES)
    ]
    assert [explanation.target for explanation in found] == list(range(CLASSES))
    assert all(explanation.map.shape == inputs.shape[2:] for explanation in found)
    assert np.abs(found[0].map - found[1].map).max() > 0
    if found[0].layer is not None:
        assert isinstance(network.get_submodule(found[0].layer), nn.Module)


@pytest.mark.parametrize(("method", "architecture"), REFUSED)
def test_what_looks_at_a_layer_is_refused_where_there_are_no_maps(method: str, architecture: str) -> None:
    subject = Subject(architecture)
    network, inputs = subject.network(1), subject.images(1, count=1)
    assert method not in methods_for(network)
    with pytest.raises(LabError) as caught:
        explain(network, Classification(), inputs, target=0, method=method, layer=None, options={})
    (problem,) = caught.value.problems
    assert problem.code == "network_without_maps"
    assert problem.params["known"] == ", ".join(methods_for(network)) != ""


@pytest.mark.parametrize("method", METHODS)
def test_an_entry_states_what_pages_need(method: str) -> None:
    entry = registry("explainer")[method]
    assert {"order", "paper", "year", "cost", "signed", "layers"} <= entry.facts.keys()
    assert entry.facts["cost"] in COSTS
    assert checked(entry.options, entry.defaults(), method) == entry.defaults()
    for language in LANGUAGES:
        for key in ("title", "summary", "limits"):
            assert entry.text(key, language).strip(), (language, key)
        for option in entry.options.values():
            assert option.label[language].strip()
            assert option.help[language].strip()


@pytest.mark.parametrize("method", METHODS)
def test_the_sign_of_the_map_is_as_stated(method: str) -> None:
    subject = Subject("lenet5")
    network, inputs = subject.network(3), subject.images(3, count=8)
    maps = torch.cat([attribute_of(method)(network, inputs, lambda raw, t=t: raw[:, t]) for t in range(CLASSES)])
    assert bool((maps < 0).any()) is registry("explainer")[method].facts["signed"]
