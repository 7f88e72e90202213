"""Layers of a network as they are counted: against torchinfo, published figures, and fields worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchinfo
from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.design import analyse
from cnnlab.models.footprint import footprint
from cnnlab.models.inspection import inspect, inspect_network
from cnnlab.models.receptive import Receptive
from cnnlab.models.shapes import Shape
from cnnlab.registry import registry
from tests.models.inspected import field, of_module, of_torchvision, wrapped

# one of each family; torchvision states what its authors published
PUBLISHED = (
    "AlexNet",
    "VGG16",
    "GoogLeNet",
    "ResNet50",
    "DenseNet121",
    "SqueezeNet1_1",
    "MobileNet_V2",
    "MobileNet_V3_Small",
    "ShuffleNet_V2_X1_0",
    "MNASNet1_0",
    "EfficientNet_B0",
    "ConvNeXt_Tiny",
    "ViT_B_16",
    "Swin_T",
    "MaxVit_T",
)
QUICK = ("lenet5", "cnn", "resnet8", "mobilenet_mini")
FAMILIES = (
    "alexnet",
    "vgg11",
    "googlenet",
    "resnet18",
    "densenet121",
    "squeezenet1_1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "mnasnet0_5",
    "efficientnet_b0",
    "regnet_y_400mf",
    "convnext_tiny",
)
REGISTERED = list(registry("architecture"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_figures_are_the_published_ones(name: str) -> None:
    found, stated = of_torchvision(name)
    # torchvision says the parameters with GoogLeNet's two auxiliary heads left out
    assert found.parameters == stated["num_params"]
    assert found.macs / 1e9 == pytest.approx(stated["_ops"], rel=0.015, abs=0.0006)


@pytest.mark.parametrize("architecture", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in FAMILIES)])
def test_layers_agree_with_torchinfo(architecture: str) -> None:
    kind = InputKind("image", (3, 64, 64))
    network = build_network(ModelSpec(architecture=architecture), kind, 10, (0.0,) * 3, (1.0,) * 3)
    rows = {row.name: row for row in inspect_network(network, kind).rows}
    listed = torchinfo.summary(network.body, (1, *kind.shape), verbose=0, device="cpu").summary_list
    names = {id(module): name for name, module in network.body.named_modules()}
    compared = 0
    for layer in listed:
        row = rows.get(names[layer.layer_id])
        if row is None or not isinstance(layer.module, nn.Conv2d | nn.Linear):
            continue
        if isinstance(layer.module, nn.Linear) and len(layer.output_size) > 2:
            continue  # it counts such a layer for one place of the map alone
        bias = layer.module.bias
        places = 1 if isinstance(layer.module, nn.Linear) else layer.output_size[2] * layer.output_size[3]
        of_bias = 0 if bias is None else bias.numel() * places  # which it counts as a product
        assert (row.parameters, row.macs) == (layer.num_params, layer.macs - of_bias), row.name
        assert row.output_shape == tuple(layer.output_size[1:])
        assert row.input_shape == tuple(layer.input_size[1:])
        compared += 1
    assert compared >= 4


@pytest.mark.parametrize(
    "architecture", [pytest.param(name, marks=() if name == "resnet8" else pytest.mark.slow) for name in REGISTERED]
)
def test_totals_are_what_the_registry_states(architecture: str) -> None:
    facts = registry("architecture")[architecture].facts
    side, channels = facts["default_size"], facts["default_channels"]
    found = inspect(ModelSpec(architecture=architecture), InputKind("image", (channels, side, side)), 10)
    assert found.parameters == facts["parameters"]
    assert sum(row.parameters for row in found.rows) == facts["parameters"]
    assert found.macs == facts["macs"]


def test_lenet5_by_hand() -> None:
    found = inspect(ModelSpec(), InputKind("image", (1, 32, 32)), 10)
    assert found.parameters == 61_706
    assert found.macs == 28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25 + 400 * 120 + 120 * 84 + 84 * 10
    assert field(found, "conv1") == Receptive((5, 5), (1, 1), (2.0, 2.0))
    assert field(found, "pool1") == Receptive((6, 6), (2, 2), (2.5, 2.5))
    assert field(found, "conv2") == Receptive((14, 14), (2, 2), (6.5, 6.5))
    assert field(found, "pool2") == Receptive((16, 16), (4, 4), (7.5, 7.5))
    dense = field(found, "dense1")
    assert (dense.size, dense.whole) == ((32, 32), True)
    conv1 = found.rows[0]
    assert (conv1.type, conv1.input_shape, conv1.output_shape) == ("Conv2d", (1, 32, 32), (6, 28, 28))
    assert (conv1.parameters, conv1.activation_bytes) == (6 * 26, 4 * 32 * 32)  # it keeps its input


@pytest.mark.parametrize("architecture", ["lenet5", "resnet8", "vit_tiny"])
def test_activation_memory_is_what_autograd_keeps(architecture: str) -> None:
    spec, kind = ModelSpec(architecture=architecture), InputKind("image", (3, 32, 32))
    of_batch = footprint(spec, kind, 10, batch_size=64).activation_bytes
    assert 64 * inspect(spec, kind, 10).activation_bytes == pytest.approx(of_batch, rel=0.02)


def test_a_design_is_counted_as_its_arithmetic_says() -> None:
    layers: list[dict[str, Any]] = [
        {"kind": "convolution", "filters": 8, "kernel_size": 5, "stride": 2},
        {"kind": "normalization"},
        {"kind": "activation"},
        {"kind": "residual_block", "filters": 16},
        {"kind": "pooling"},
        {"kind": "flatten"},
        {"kind": "linear", "units": 32},
    ]
    worked_out = analyse(layers, Shape(3, 40, 40), 10)
    found = inspect(ModelSpec(architecture="designed", layers=layers), InputKind("image", (3, 40, 40)), 10)
    assert (found.parameters, found.macs) == (worked_out.parameters, worked_out.macs)
    ends = {group.name: group for group in found.groups()}
    for row in worked_out.rows:
        group = ends[row.name]
        assert (group.output_shape, group.parameters, group.macs) == (row.shape, row.parameters, row.macs)
        assert group.receptive is not None
        assert row.receptive is not None
        assert group.receptive.whole == row.receptive.whole
        if not row.receptive.whole:
            assert group.receptive == row.receptive


def test_a_layer_that_is_used_twice_counts_its_weights_once_and_its_work_twice() -> None:
    shared = nn.Conv2d(1, 1, 3, padding=1)
    found = of_module(nn.Sequential(shared, nn.ReLU(), shared), 1, 8, 8)
    assert (found.parameters, found.macs) == (10, 2 * 64 * 9)
    assert found.rows[0].receptive == Receptive((5, 5), (1, 1), (0.0, 0.0))


def test_recurrent_layers_and_attention_modules_are_layers() -> None:
    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.read = nn.GRU(8, 4, batch_first=True)

        def forward(self, inputs: Tensor) -> Tensor:
            rows = inputs.squeeze(1)
            rows = self.attention(rows, rows, rows)[0]
            return self.read(rows)[0][:, -1]

    found = of_module(Reader(), 1, 8, 8)
    assert [(row.name, row.type) for row in found.rows] == [("attention", "MultiheadAttention"), ("read", "GRU")]
    attention, gru = found.rows
    assert attention.parameters == 4 * 8 * 8 + 4 * 8
    assert attention.macs == 4 * 8 * 8 * 8 + 2 * 8 * 8 * 8  # four projections of eight rows, and the two products
    assert gru.macs == 8 * 3 * 4 * (8 + 4)
    assert field(found, "read").whole


def test_weights_that_another_module_uses_count_where_they_are_used() -> None:
    """torchvision's windows of attention read the weights of layers that they never call."""
    swin = of_torchvision("Swin_T")[0]
    attention = next(row for row in swin.rows if row.name == "features.1.0.attn")
    width, heads, window = 96, 3, 7
    assert attention.parameters == 4 * width * width + 4 * width + heads * (2 * window - 1) ** 2
    assert attention.output_shape == (56, 56, width)
    assert all(row.output_shape for row in swin.rows)
    assert attention.receptive is None  # windows of attention are not followed
    assert field(swin, "head").whole


def test_groups_add_up_and_keep_the_order() -> None:
    found = inspect(ModelSpec(architecture="resnet8"), InputKind("image", (3, 32, 32)), 10)
    groups = found.groups()
    assert [group.name for group in groups][3:6] == ["stage1", "stage2", "stage3"]
    assert sum(group.parameters for group in groups) == found.parameters
    assert sum(group.macs for group in groups) == found.macs
    assert sum(group.layers for group in groups) == len(found.rows)
    assert groups[5].output_shape == (64, 8, 8)


def test_inspecting_leaves_a_network_as_it_was() -> None:
    network = wrapped(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), 1).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    inspect_network(network, InputKind("image", (1, 8, 8)))
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())
