"""What every network of the registry holds to; a new one is tested by being there.

The smallest of each family in the quick suite, all of them in the slow one. A network is built once for grey and
once for colour images, at the smallest size that it takes, and each test gets a copy.
"""

from __future__ import annotations

import collections
import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torchvision.ops import StochasticDepth

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.explain.methods import grad_cam
from cnnlab.models.build import build_network
from cnnlab.models.layouts import as_maps
from cnnlab.models.network import Network
from cnnlab.registry import registry
from docs.architecture_facts import counted
from tests.chosen_networks import networks

OUTPUTS = 3
RATE = 0.1


class Subject:
    """One architecture, built when it is first asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.facts = registry("architecture")[name].facts
        self.side = int(self.facts["minimum_size"])
        self._built: dict[int, Network] = {}

    def build(self, channels: int) -> Network:
        torch.manual_seed(0)
        kind = InputKind("image", (channels, self.side, self.side))
        spec = ModelSpec(architecture=self.name)
        return build_network(spec, kind, OUTPUTS, (0.4,) * channels, (0.3,) * channels)

    def untouched(self, channels: int) -> Network:
        if channels not in self._built:
            self._built[channels] = self.build(channels)
        return self._built[channels]

    def network(self, channels: int) -> Network:
        """A copy that a test may change."""
        return copy.deepcopy(self.untouched(channels))

    def images(self, channels: int, count: int = 4) -> Tensor:
        generator = torch.Generator().manual_seed(1)
        shape = (count, channels, self.side, self.side)
        return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


@pytest.fixture(scope="module", params=networks())
def subject(request: pytest.FixtureRequest) -> Subject:
    return Subject(request.param)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_reaches_every_weight_and_what_was_learnt_is_saved(
    subject: Subject, channels: int, tmp_path: Path
) -> None:
    network, inputs = subject.network(channels).train(), subject.images(channels)
    raw = network(inputs)
    assert raw.shape == (4, OUTPUTS)
    nn.functional.cross_entropy(raw, torch.tensor([0, 1, 2, 0])).backward()
    learnt = {n: p for n, p in network.named_parameters() if p.requires_grad}
    assert [n for n, p in learnt.items() if p.grad is None or not p.grad.isfinite().all()] == []
    # blocks that start as the identity keep their first layers from learning for one step
    assert sum(bool(p.grad.any()) for p in learnt.values() if p.grad is not None) >= len(learnt) // 3
    before = {n: p.detach().double().sum().item() for n, p in learnt.items() if n.startswith(network.head)}
    torch.optim.SGD(learnt.values(), lr=RATE, foreach=False).step()
    after = {n: p.detach().double().sum().item() for n, p in learnt.items() if n in before}
    assert any(before[n] != after[n] for n in before), "the head learns"

    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    reloaded = subject.network(channels)
    reloaded.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        assert torch.equal(network.eval()(inputs), reloaded.eval()(inputs))


def test_one_image_alone_trains(subject: Subject) -> None:
    """The last batch of an epoch may hold a single image."""
    subject.network(1).train()(subject.images(1, count=1)).sum().backward()


def test_a_seed_decides_the_weights(subject: Subject) -> None:
    first, second = subject.untouched(1).state_dict(), subject.build(1).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_the_head_holds_the_output_and_is_not_all(subject: Subject) -> None:
    network = subject.untouched(1)
    assert network.head
    own = [network.get_submodule(name) for name in network.head]
    assert any(True for module in own for _ in module.parameters())
    in_head = {id(tensor) for module in own for tensor in module.state_dict(keep_vars=True).values()}
    assert in_head < {id(tensor) for tensor in network.body.state_dict(keep_vars=True).values()}
    shapes: list[torch.Size] = []
    handles = [m.register_forward_hook(lambda *args: shapes.append(args[2].shape)) for m in own]
    raw = network.eval()(subject.images(1, count=2))
    for handle in handles:
        handle.remove()
    assert shapes[-1].numel() == raw.numel(), "the head comes last"


def test_layers_to_explain_give_maps_with_an_extent(subject: Subject) -> None:
    network, inputs = subject.network(1).eval(), subject.images(1)
    if subject.facts.get("attribution") == "none":
        assert network.attribution_layers == ()
        return
    assert network.layout == subject.facts.get("attribution", "maps")
    assert network.attribution_layers
    outputs: dict[str, Tensor] = {}
    for layer in network.attribution_layers:
        network.get_submodule(layer).register_forward_hook(
            lambda _module, _inputs, output, layer=layer: outputs.__setitem__(layer, output)
        )
    network(inputs)
    assert list(outputs) == list(network.attribution_layers), "in the order the image passes them, deepest last"
    for layer, output in outputs.items():
        maps = as_maps(output, network.layout, (subject.side, subject.side))
        assert maps is not None, layer
        assert maps.shape[2] > 1, layer
        assert maps.shape[3] > 1, layer


def test_each_layer_to_explain_has_a_grad_cam(subject: Subject) -> None:
    network, inputs = subject.network(3), subject.images(3, count=1)
    for layer in network.attribution_layers:
        found = grad_cam.attribute(network, inputs, lambda raw: raw[:, 1], layer=layer)
        assert found.shape == (1, subject.side, subject.side)
        assert found.isfinite().all()
        assert found.std() > 0, layer


def test_no_activation_is_shared_or_works_in_place(subject: Subject) -> None:
    network = subject.network(1).eval()
    calls: collections.Counter[str] = collections.Counter()
    outputs: list[tuple[str, Tensor, int]] = []

    def watch(layer: str, module: nn.Module) -> None:
        def seen(_module: nn.Module, _inputs: object, output: Any) -> None:
            calls[layer] += 1
            found = output if isinstance(output, tuple) else (output,)
            outputs.extend((layer, tensor, tensor._version) for tensor in found if isinstance(tensor, Tensor))

        module.register_forward_hook(seen)

    for layer, module in network.named_modules():
        assert not getattr(module, "inplace", False), layer
        watch(layer, module)
    network(subject.images(1).float() / 255)
    changed = [layer for layer, output, version in outputs if output._version != version]
    assert changed == [], "what a hook has seen is overwritten later"
    # stochastic depth, which passes on what it gets outside of training, may stand in a block twice
    leaves = {n for n, m in network.named_modules() if not list(m.children()) and not isinstance(m, StochasticDepth)}
    assert [layer for layer, count in calls.items() if count > 1 and layer in leaves] == []


def test_stated_parameters_and_macs_are_the_counted_ones(subject: Subject) -> None:
    found = counted(registry("architecture")[subject.name])
    assert found == {fact: subject.facts[fact] for fact in found}
