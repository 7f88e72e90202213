"""Every explanation method on every network, at the smallest images that the network takes, with few steps.

A network is built once for grey and once for colour images. All tests share it, since none may leave a trace.
Two methods, one of layers and one of pixels, meet all networks; the others those that stand for their family.
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
from cnnlab.explain import needs
from cnnlab.explain.base import COSTS, Attributed, Score, attributed, method_entry, methods_for
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import explain
from cnnlab.i18n import LANGUAGES
from cnnlab.models.network import Network
from cnnlab.registry import checked, registry
from cnnlab.tasks.classification import Classification
from tests.chosen_networks import networks, smallest_of_families
from tests.explain.networks import CLASSES, built, images

METHODS = sorted(registry("explainer"))
ARCHITECTURES = sorted(registry("architecture"))
TARGET = 1

ON_ALL_NETWORKS = ("grad_cam", "saliency")
OTHERS_ON = smallest_of_families()
QUICK_OPTIONS: dict[str, dict[str, Any]] = {
    "feature_ablation": {"regions": 8},
    "gradient_shap": {"samples": 4},
    "integrated_gradients": {"steps": 4},
    "kernel_shap": {"regions": 6, "samples": 16},
    "lime": {"regions": 6, "samples": 16},
    "occlusion": {"window": 0.5, "stride": 0.25},
    "score_cam": {"channels": 4},
    "smooth_grad": {"samples": 3},
    "var_grad": {"samples": 3},
}

# the product of two that are not negative, or not positive, can be 0 everywhere
MAY_BE_EMPTY = ("guided_grad_cam",)
# weights that are shares of all scores are equal where a network with random weights gives all the same
MAY_BE_ALIKE = (*MAY_BE_EMPTY, "score_cam")


def left_out(parameters: dict[str, Any]) -> bool:
    """Pairs of a method and a network that are not met, see above; grey images meet the two methods alone."""
    method, architecture = parameters.get("method"), parameters.get("subject")
    if method is None or architecture is None or method in ON_ALL_NETWORKS:
        return False
    return architecture not in OTHERS_ON or parameters.get("channels") == 1


class Subject:
    """One architecture, built when it is first asked for."""

    def __init__(self, architecture: str) -> None:
        self.architecture = architecture
        self.side = int(registry("architecture")[architecture].facts["minimum_size"])
        self._built: dict[int, tuple[Network, dict[str, Any]]] = {}

    def network(self, channels: int = 3) -> Network:
        return self._as_built(channels)[0]

    def images(self, channels: int = 3, count: int = 2) -> Tensor:
        return images(count, channels, self.side)

    def untouched(self, channels: int = 3) -> bool:
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
    if need := needs.missing(method_entry(request.param), subject.network()):
        pytest.skip(f"networks without {need}: that they are refused is tested below")
    return request.param


def condition(network: Network) -> dict[str, Any]:
    """All that an explanation might leave behind."""
    return {
        "modes": [module.training for module in network.modules()],
        "flags": [parameter.requires_grad for parameter in network.parameters()],
        "grads": [parameter.grad for parameter in network.parameters()],
        "hooks": [len(table) for module in network.modules() for table in hook_tables(module)],
        "attributes": [sorted(vars(module)) for module in network.modules()],
        "values": [tensor.double().sum().item() for tensor in network.state_dict().values()],
    }


def hook_tables(module: nn.Module) -> list[dict[int, Callable[..., Any]]]:
    return [table for name, table in vars(module).items() if "_hooks" in name and isinstance(table, dict)]


def score(raw: Tensor) -> Tensor:
    return raw[:, TARGET]


def found_by(method: str, network: Network, inputs: Tensor, score: Score = score) -> Attributed:
    return attributed(method, network, inputs, score, **QUICK_OPTIONS.get(method, {}))


def together_and_alone(method: str, network: Network, inputs: Tensor) -> tuple[Tensor, Tensor]:
    together = found_by(method, network, inputs).maps
    return together, torch.cat([found_by(method, network, inputs[i : i + 1]).maps for i in range(len(inputs))])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_map_for_each_input_and_nothing_left_behind(method: str, subject: Subject, channels: int) -> None:
    inputs, asked = subject.images(channels), []

    def heard(raw: Tensor) -> Tensor:
        asked.append(raw.detach())
        return score(raw)

    found = found_by(method, subject.network(channels), inputs, heard)
    assert found.maps.shape == (2, *inputs.shape[2:])
    assert found.maps.dtype == torch.float32
    assert not found.maps.requires_grad
    assert torch.isfinite(found.maps).all()
    assert found.maps.abs().amax() > 0 or method in MAY_BE_EMPTY
    assert all(note.shape == (2,) and torch.isfinite(note).all() for note in found.notes.values())
    assert subject.untouched(channels)
    if method_entry(method).facts.get("unaltered"):
        with torch.no_grad(), borrowed(subject.network(channels)) as network:
            torch.testing.assert_close(asked[0], network(inputs), rtol=1e-3, atol=1e-3)


def test_a_map_of_a_batch_is_the_map_of_each(method: str, subject: Subject) -> None:
    """Kernels round otherwise for another batch, and what flips a ReLU in a deep network with random weights changes
    its gradient by some per cent: what differs is compared again in double precision, where nothing flips.
    """
    network, inputs = subject.network(), subject.images()
    together, alone = together_and_alone(method, network, inputs)
    tolerance = {"rtol": 1e-4, "atol": 1e-5 * float(alone.abs().max())}
    if not torch.allclose(together, alone, **tolerance):
        together, alone = together_and_alone(method, copy.deepcopy(network).double(), inputs)
    torch.testing.assert_close(together, alone, **tolerance)


def test_nothing_is_left_behind_by_an_error(method: str, subject: Subject) -> None:
    def broken(raw: Tensor) -> Tensor:
        raise ZeroDivisionError

    if method_entry(method).facts.get("class_free"):
        pytest.skip("a method that asks for no score")
    with pytest.raises(ZeroDivisionError):
        found_by(method, subject.network(), subject.images(), broken)
    assert subject.untouched()


def test_every_target_has_an_explanation_of_its_own(method: str, subject: Subject) -> None:
    network, inputs = subject.network(), subject.images(count=1)
    targets = range(CLASSES) if method in ON_ALL_NETWORKS else range(2)
    options = QUICK_OPTIONS.get(method, {})
    found = [
        explain(network, Classification(), inputs, target=target, method=method, layer=None, options=options)
        for target in targets
    ]
    assert [explanation.target for explanation in found] == list(targets)
    assert all(explanation.map.shape == inputs.shape[2:] for explanation in found)
    differ = bool(np.abs(found[0].map - found[1].map).max() > 0)
    if method not in MAY_BE_ALIKE:
        assert differ is not bool(method_entry(method).facts.get("class_free"))
    if found[0].layer is not None:
        assert isinstance(network.get_submodule(found[0].layer), nn.Module)


def test_what_a_network_lacks_is_the_reason_for_a_refusal(subject: Subject) -> None:
    network, inputs = subject.network(1), subject.images(1, count=1)
    offered = methods_for(network)
    assert offered
    for method in sorted(set(METHODS) - set(offered)):
        need = needs.missing(method_entry(method), network)
        with pytest.raises(LabError) as caught:
            explain(network, Classification(), inputs, target=0, method=method, layer=None, options={})
        (problem,) = caught.value.problems
        assert problem.code == f"network_without_{need}"
        assert problem.params["known"] == ", ".join(offered)
        for language in LANGUAGES:
            assert all(word in caught.value.message(language) for word in ("--method", method, offered[0]))


@pytest.mark.parametrize("method", METHODS)
def test_an_entry_states_what_pages_need(method: str) -> None:
    entry = registry("explainer")[method]
    assert {"order", "paper", "year", "link", "cost", "signed", "layers"} <= entry.facts.keys()
    assert entry.facts["cost"] in COSTS
    assert set(entry.facts.get("needs", ())) <= needs.CHECKS.keys()
    assert checked(entry.options, entry.defaults(), method) == entry.defaults()
    for language in LANGUAGES:
        for key in ("title", "summary", "limits"):
            assert entry.text(key, language).strip(), (language, key)
        for option in entry.options.values():
            assert option.label[language].strip()
            assert option.help[language].strip()


@pytest.mark.parametrize("method", METHODS)
def test_the_sign_of_the_map_is_as_stated(method: str) -> None:
    entry = method_entry(method)
    candidates = (Subject(name) for name in ("lenet5", "vit_tiny"))
    subject = next(each for each in candidates if needs.missing(entry, each.network()) is None)
    network, inputs, options = subject.network(), subject.images(count=8), QUICK_OPTIONS.get(method, {})
    found = [attributed(method, network, inputs, lambda raw, t=t: raw[:, t], **options).maps for t in range(CLASSES)]
    assert bool((torch.cat(found) < 0).any()) is entry.facts["signed"]


def test_the_options_of_these_tests_exist() -> None:
    for method, options in QUICK_OPTIONS.items():
        entry = method_entry(method)
        assert checked(entry.options, options, method) == {**entry.defaults(), **options}
