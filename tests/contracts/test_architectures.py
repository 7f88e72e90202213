"""What every network of the registry holds to; a new one is tested by being there."""

from __future__ import annotations

import collections
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.i18n import LANGUAGES
from cnnlab.models.blocks import ACTIVATIONS
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.registry import checked, registry

NAMES = list(registry("architecture"))
OUTPUTS = 3
torch_activations = (*{type(make()) for make in ACTIVATIONS.values()}, nn.Hardswish, nn.Hardsigmoid, nn.ReLU6)


def network_of(name: str, channels: int, size: int | None = None, outputs: int = OUTPUTS) -> Network:
    torch.manual_seed(0)
    side = size or registry("architecture")[name].facts["minimum_size"]
    kind = InputKind("image", (channels, side, side))
    return build_network(ModelSpec(architecture=name), kind, outputs, (0.4,) * channels, (0.3,) * channels)


def images_of(name: str, channels: int, count: int = 4) -> torch.Tensor:
    side = registry("architecture")[name].facts["minimum_size"]
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, channels, side, side), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_a_step_changes_every_weight_or_its_gradient_reaches_it(name: str, channels: int) -> None:
    network = network_of(name, channels).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    raw = network(images_of(name, channels))
    assert raw.shape == (4, OUTPUTS)
    nn.functional.cross_entropy(raw, torch.tensor([0, 1, 2, 0])).backward()
    assert [n for n, p in network.named_parameters() if p.grad is None or not p.grad.isfinite().all()] == []
    before = [p.detach().clone() for p in network.parameters()]
    optimizer.step()
    moved = [not torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True)]
    assert sum(moved) >= len(moved) // 2
    assert moved[-1]


@pytest.mark.parametrize("name", NAMES)
def test_one_image_alone_trains(name: str) -> None:
    """The last batch of an epoch may hold a single image."""
    network = network_of(name, 1).train()
    network(images_of(name, 1, count=1)).sum().backward()


@pytest.mark.parametrize("name", NAMES)
def test_saved_weights_give_the_same_outputs_in_a_new_network(name: str, tmp_path: Path) -> None:
    network, inputs = network_of(name, 3), images_of(name, 3)
    network.train()(inputs)  # moves the running statistics away from where they start
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    torch.manual_seed(1)
    reloaded = network_of(name, 3)
    reloaded.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        assert torch.equal(network.eval()(inputs), reloaded.eval()(inputs))


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_decides_the_weights(name: str) -> None:
    first, second = network_of(name, 1).state_dict(), network_of(name, 1).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("name", NAMES)
def test_layers_to_explain_give_maps_with_an_extent(name: str) -> None:
    network, inputs = network_of(name, 1).eval(), images_of(name, 1)
    assert network.attribution_layers
    shapes: dict[str, torch.Size] = {}
    for layer in network.attribution_layers:
        network.get_submodule(layer).register_forward_hook(
            lambda _module, _inputs, output, layer=layer: shapes.__setitem__(layer, output.shape)
        )
    network(inputs)
    assert list(shapes) == list(network.attribution_layers), "in the order the image passes them, deepest last"
    for layer, shape in shapes.items():
        assert len(shape) == 4, layer
        assert shape[2] > 1, layer
        assert shape[3] > 1, layer


@pytest.mark.parametrize("name", NAMES)
def test_no_activation_is_shared_or_works_in_place(name: str) -> None:
    network = network_of(name, 1).eval()
    calls: collections.Counter[str] = collections.Counter()

    def watch(layer: str, module: nn.Module) -> None:
        def seen(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            calls[layer] += 1
            outputs.append((layer, output, output._version))

        module.register_forward_hook(seen)

    outputs: list[tuple[str, torch.Tensor, int]] = []
    for layer, module in network.named_modules():
        assert not getattr(module, "inplace", False), layer
        watch(layer, module)
    network(images_of(name, 1).float() / 255)
    changed = [layer for layer, output, version in outputs if output._version != version]
    assert changed == [], "what a hook has seen is overwritten later"
    assert [layer for layer, count in calls.items() if count > 1] == []
    assert any(isinstance(module, torch_activations) for module in network.modules())


@pytest.mark.parametrize("name", NAMES)
def test_stated_parameters_are_the_counted_ones(name: str) -> None:
    facts = registry("architecture")[name].facts
    network = network_of(name, facts["default_channels"], size=facts["default_size"], outputs=10)
    assert sum(parameter.numel() for parameter in network.parameters()) == facts["parameters"]


@pytest.mark.parametrize("name", NAMES)
def test_default_options_are_complete_and_within_their_ranges(name: str) -> None:
    entry = registry("architecture")[name]
    completed = checked(entry.options, entry.defaults(), "model.options")
    assert checked(entry.options, completed, "model.options") == completed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_texts_are_there_in_both_languages(name: str, language: str) -> None:
    entry = registry("architecture")[name]
    assert entry.text("title", language).strip()
    assert len(entry.text("summary", language)) > 40
    options = list(entry.options.values())
    options += [item for option in options if isinstance(option.items, dict) for item in option.items.values()]
    for option in options:
        assert option.label[language].strip()
        assert option.help[language].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_facts_say_where_it_comes_from(name: str) -> None:
    facts = registry("architecture")[name].facts
    assert facts["paper"]
    assert facts["family"]
    assert facts["link"].startswith("https://")
    assert 1980 <= facts["year"] <= 2100
    assert facts["minimum_size"] <= facts["default_size"]
