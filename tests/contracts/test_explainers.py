"""Every explanation method on every network, at the smallest images that the network takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnlab.explain.base import attribute_of
from cnnlab.explain.explain import explain
from cnnlab.i18n import LANGUAGES
from cnnlab.models.network import Network
from cnnlab.registry import checked, registry
from cnnlab.tasks.classification import Classification
from tests.explain.networks import CLASSES, built, images

METHODS = sorted(registry("explainer"))
ARCHITECTURES = sorted(registry("architecture"))
every_pair = pytest.mark.parametrize(
    ("method", "architecture"), [(method, architecture) for method in METHODS for architecture in ARCHITECTURES]
)


def smallest(architecture: str, channels: int, count: int = 2) -> tuple[Network, Tensor]:
    side = int(registry("architecture")[architecture].facts["minimum_size"])
    return built(architecture, channels), images(count, channels, side)


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


@every_pair
@pytest.mark.parametrize("channels", [1, 3])
def test_a_map_for_each_input_and_nothing_left_behind(method: str, architecture: str, channels: int) -> None:
    network, inputs = smallest(architecture, channels)
    before = condition(network)
    assert not any(before["hooks"])
    maps = attribute_of(method)(network, inputs, lambda raw: raw[:, 1])
    assert maps.shape == (2, *inputs.shape[2:])
    assert maps.dtype == torch.float32
    assert not maps.requires_grad
    assert torch.isfinite(maps).all()
    assert maps.abs().amax() > 0
    assert condition(network) == before


@every_pair
def test_a_map_of_a_batch_is_the_map_of_each(method: str, architecture: str) -> None:
    network, inputs = smallest(architecture, 3)
    together = attribute_of(method)(network, inputs, lambda raw: raw[:, 1])
    alone = torch.cat([attribute_of(method)(network, inputs[i : i + 1], lambda raw: raw[:, 1]) for i in range(2)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5 * float(alone.abs().max()))


@every_pair
def test_nothing_is_left_behind_by_an_error(method: str, architecture: str) -> None:
    network, inputs = smallest(architecture, 3)
    before = condition(network)

    def broken(raw: Tensor) -> Tensor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attribute_of(method)(network, inputs, broken)
    assert condition(network) == before


@every_pair
def test_every_target_has_an_explanation_of_its_own(method: str, architecture: str) -> None:
    network, inputs = smallest(architecture, 3, count=1)
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


@pytest.mark.parametrize("method", METHODS)
def test_an_entry_states_what_pages_need(method: str) -> None:
    entry = registry("explainer")[method]
    assert {"order", "paper", "year", "cost", "signed", "layers"} <= entry.facts.keys()
    assert entry.facts["cost"] in ("instant", "slow")
    assert checked(entry.options, entry.defaults(), method) == entry.defaults()
    for language in LANGUAGES:
        for key in ("title", "summary", "limits"):
            assert entry.text(key, language).strip(), (language, key)
        for option in entry.options.values():
            assert option.label[language].strip()
            assert option.help[language].strip()


@pytest.mark.parametrize("method", METHODS)
def test_the_sign_of_the_map_is_as_stated(method: str) -> None:
    network, inputs = smallest("lenet5", 3, count=8)
    maps = torch.cat([attribute_of(method)(network, inputs, lambda raw, t=t: raw[:, t]) for t in range(CLASSES)])
    assert bool((maps < 0).any()) is registry("explainer")[method].facts["signed"]
