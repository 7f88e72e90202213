"""What the arithmetic says of a layer is what torch makes of it: shapes, parameters, operations, memory, fields."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.i18n import LANGUAGES
from cnnlab.models.build import build_network
from cnnlab.models.design import DesignReport, LayerRow, analyse
from cnnlab.models.footprint import footprint
from cnnlab.models.inspection import inspect
from cnnlab.models.network import Network
from cnnlab.models.shapes import Shape
from cnnlab.registry import checked, registry
from tests.models.designs import Layers, drawn, every_kind

SIDE = 20
KIND = InputKind("image", (3, SIDE, SIDE))
SHAPE = Shape(3, SIDE, SIDE)
OUTPUTS = 4


def built(layers: Layers) -> Network:
    spec = ModelSpec(architecture="designed", layers=layers)
    return build_network(spec, KIND, OUTPUTS, (0.5,) * 3, (0.5,) * 3)


def names_of(layers: Layers) -> str:
    return "-".join(str(layer["kind"]) for layer in layers)


def shapes_of(network: Network, report: DesignReport) -> dict[str, tuple[int, ...]]:
    """The shape of each layer's output for one sample, as torch computes it."""
    seen: dict[str, tuple[int, ...]] = {}
    for row in report.rows:
        network.body.get_submodule(row.name).register_forward_hook(
            lambda _module, _inputs, output, name=row.name: seen.__setitem__(name, tuple(output.shape[1:]))
        )
    network(torch.rand(2, *KIND.shape))
    return seen


@pytest.mark.parametrize("layers", every_kind(), ids=names_of)
def test_arithmetic_is_what_torch_computes(layers: Layers) -> None:
    report = analyse(layers, SHAPE, OUTPUTS)
    assert report.problems == ()
    network = built(layers)
    assert shapes_of(network, report) == {row.name: row.shape for row in report.rows}
    counted = {name: sum(p.numel() for p in child.parameters()) for name, child in network.body.named_children()}
    assert counted == {row.name: row.parameters for row in report.rows}
    assert report.parameters == sum(counted.values())


@pytest.mark.parametrize("layers", every_kind(), ids=names_of)
def test_multiply_accumulates_are_half_the_operations_that_torch_counts(layers: Layers) -> None:
    network = built(layers).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.rand(1, *KIND.shape))
    assert analyse(layers, SHAPE, OUTPUTS).macs == counter.get_total_flops() // 2


@pytest.mark.parametrize("layers", every_kind(), ids=names_of)
def test_activation_memory_is_what_autograd_keeps(layers: Layers) -> None:
    batch = 64
    kept = footprint(ModelSpec(architecture="designed", layers=layers), KIND, OUTPUTS, batch_size=batch)
    stated = analyse(layers, SHAPE, OUTPUTS).activation_bytes
    # a normalisation's statistics belong to the batch or are a few numbers a sample
    assert stated == pytest.approx(kept.activation_bytes / batch, rel=0.02)


def test_designs_drawn_at_random_agree_with_torch_or_are_refused_by_both() -> None:
    ready = 0
    for seed in range(150):
        layers = drawn(seed, length=4)
        report = analyse(layers, SHAPE, OUTPUTS)
        if report.ready:
            ready += 1
            assert shapes_of(built(layers), report) == {row.name: row.shape for row in report.rows}, layers
    assert 40 < ready < 140


@pytest.mark.parametrize("layers", every_kind(), ids=names_of)
def test_figures_are_those_of_the_inspection(layers: Layers) -> None:
    """The inspection watches the network's operations; here is arithmetic."""
    inspected = inspect(ModelSpec(architecture="designed", layers=layers), KIND, OUTPUTS)
    report = analyse(layers, SHAPE, OUTPUTS)
    assert (report.parameters, report.macs) == (inspected.parameters, inspected.macs)
    last = {row.name.partition(".")[0]: row.receptive for row in inspected.rows}
    for row in report.rows:
        if row.name in last and row.kind != "squeeze_excitation":  # its last part is the gate, not the maps
            assert row.receptive == last[row.name], row.name


SEEING: list[Layers] = [
    [{"kernel_size": 3}, {"kernel_size": 5, "stride": 2}, {"kernel_size": 3, "padding": "0"}],
    [{"kernel_size": 4}, {"kernel_size": 2, "stride": 2}, {"kernel_size": 4, "padding": "1"}],
    [{"kernel_size": 3, "dilation": 3}, {"kernel_size": 3, "separable": True, "stride": 2}, {"kernel_size": 3}],
    [{"kernel_size": 7, "stride": 3, "padding": "2"}, {"kind": "pooling", "type": "average", "size": 3, "padding": 1}],
    [{"kernel_size": 3}, {"kind": "pooling", "type": "average"}, {"kind": "residual_block", "kernel_size": 5}],
    [{"kind": "residual_block", "stride": 2}, {"kind": "residual_block", "stride": 2}],
    [{"kernel_size": 5, "stride": 2}, {"kernel_size": 9}, {"kernel_size": 9}, {"kernel_size": 9}],
]


@pytest.mark.parametrize("layers", SEEING, ids=str)
def test_a_receptive_field_is_where_the_gradient_reaches(layers: Layers) -> None:
    """Of the first, the middle and the last position of each map, to the pixel (the ends; dilation leaves holes)."""
    side = 41
    full = [{"kind": "convolution", **layer} if "kind" not in layer else dict(layer) for layer in layers]
    full = [{**layer, "normalization": "none"} if layer["kind"] == "residual_block" else layer for layer in full]
    report = analyse([*full, {"kind": "global_pooling"}], Shape(1, side, side), 2)
    assert report.problems == ()
    image = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    maps = image
    shape: tuple[int, ...] = (1, side, side)
    for row in report.rows[:-2]:
        assert row.shape is not None
        assert row.receptive is not None
        module: nn.Module = registry("layer").module(row.kind).build(row.options, shape)
        maps, shape = _positive(module).double()(maps), row.shape
        fields = [_field_of(row, place, side) for place in range(shape[1])]
        for place in (0, shape[1] // 2, shape[1] - 1):
            assert _reached(maps, image, place) == fields[place]
        assert row.receptive.whole == all(field == (0, side - 1) for field in fields)


def _positive(module: nn.Module) -> nn.Module:
    """Weights that let no gradient be cut off by an activation or cancel another."""
    for parameter in module.parameters():
        nn.init.constant_(parameter, 0.01)
    return module


def _field_of(row: LayerRow, place: int, side: int) -> tuple[int, int]:
    """The first and last pixel of the image that the position sees."""
    assert row.receptive is not None
    centre = row.receptive.start[0] + place * row.receptive.stride[0]
    reach = (row.receptive.size[0] - 1) / 2
    return max(0, int(centre - reach)), min(side - 1, int(centre + reach))


def _reached(maps: torch.Tensor, image: torch.Tensor, place: int) -> tuple[int, int]:
    (gradient,) = torch.autograd.grad(maps[0, :, place, place].sum(), image, retain_graph=True)
    rows = gradient[0, 0].abs().sum(1).nonzero().flatten().tolist()
    return rows[0], rows[-1]


@pytest.mark.parametrize("kind", list(registry("layer")))
def test_texts_defaults_and_help_are_complete(kind: str) -> None:
    entry = registry("layer")[kind]
    assert checked(entry.options, entry.defaults(), "layers[0]") == entry.defaults()
    for language in LANGUAGES:
        assert entry.text("title", language).strip()
        assert len(entry.text("summary", language)) > 40
        for option in entry.options.values():
            assert option.label[language].strip()
            assert option.help[language].endswith(".")


@pytest.mark.parametrize("kind", list(registry("layer")))
def test_each_kind_has_its_arithmetic_its_layer_and_its_source(kind: str) -> None:
    module: Any = registry("layer").module(kind)
    options = registry("layer")[kind].defaults()
    given = (64,) if kind == "linear" else (64, 9, 9)
    measured = module.measure(options, given, "layers[0]")
    layer: nn.Module = module.build(options, given)
    assert tuple(layer(torch.rand(2, *given)).shape[1:]) == measured.shape
    assert "(" in module.code(options, given)
    assert module.prefix(options).isidentifier()
