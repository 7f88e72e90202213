"""LeNet-5 as published: what the paper counts, and that its loss is ours."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.architectures import lenet5_1998
from cnnlab.models.architectures.lenet5_1998 import TABLE, RadialOutput, Squash, Subsampling, TableConvolution, codes


def built(size: int = 32, outputs: int = 10, channels: int = 1) -> nn.Module:
    torch.manual_seed(0)
    return lenet5_1998.build(
        InputKind("image", (channels, size, size)), outputs, {}, pretrained=False, layers=None
    ).module.eval()


def shapes_of(body: nn.Module, size: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for name, layer in body.named_children():
        layer.register_forward_hook(lambda _m, _i, output, name=name: shapes.__setitem__(name, tuple(output.shape[1:])))
    body(torch.rand(1, 1, size, size))
    return shapes


def test_trainable_weights_by_layer_are_the_papers() -> None:
    body = built()
    counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in body.named_children()}
    published = {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48_120, "f6": 10_164}
    assert {name: count for name, count in counts.items() if count} == published
    assert sum(published.values()) == 60_000
    assert sum(buffer.numel() for buffer in body.buffers()) == 840  # the literature's 60,840


def test_maps_and_connections_are_the_papers() -> None:
    shapes = shapes_of(built(), 32)
    sides = {"c1": (6, 28, 28), "s2": (6, 14, 14), "c3": (16, 10, 10), "s4": (16, 5, 5), "c5": (120, 1, 1), "f6": (84,)}
    assert {name: shapes[name] for name in sides} == sides
    c1, s2 = 26 * 6 * 28 * 28, 5 * 6 * 14 * 14
    c3, s4 = 1516 * 10 * 10, 5 * 16 * 5 * 5
    assert (c1, s2, c3, s4) == (122_304, 5_880, 151_600, 2_000)
    assert c1 + s2 + c3 + s4 + 48_120 + 10_164 + 840 == 340_908  # "LeNet-5 contains 340,908 connections"


@pytest.mark.parametrize("size", [8, 28, 30, 32, 40, 96])
def test_every_size_ends_at_the_papers_map(size: int) -> None:
    assert shapes_of(built(size), size)["c5"] == (120, 1, 1)


def test_a_map_of_c3_reads_the_maps_of_the_table_alone() -> None:
    torch.manual_seed(0)
    layer, inputs = TableConvolution(), torch.rand(1, 6, 5, 5)
    rows = [row for group in TABLE for row in group]
    assert len(rows) == 16
    plain = layer(inputs)
    for source in range(6):
        changed = inputs.clone()
        changed[:, source] += 1
        moved = (layer(changed) != plain).flatten().tolist()
        assert moved == [source in row for row in rows]
        assert sum(moved) == 10  # each map of S2 is read ten times


def test_table_convolution_is_the_dense_one_with_the_missing_weights_at_zero() -> None:
    torch.manual_seed(0)
    layer, inputs = TableConvolution(), torch.rand(2, 6, 14, 14)
    dense, number = nn.Conv2d(6, 16, 5), 0
    nn.init.zeros_(dense.weight)
    with torch.no_grad():
        for rows, group in zip(TABLE, layer.groups, strict=True):
            for row, kernel, bias in zip(rows, group.weight, group.bias, strict=True):
                dense.weight[number, list(row)] = kernel
                dense.bias[number] = bias  # type: ignore[index]
                number += 1
        torch.testing.assert_close(layer(inputs), dense(inputs))


def test_squashing_reaches_the_codes_at_one() -> None:
    values = Squash()(torch.tensor([-1.0, 0.0, 1.0, 100.0]))
    torch.testing.assert_close(values, torch.tensor([-1.0, 0.0, 1.0, 1.7159]), atol=1e-4, rtol=0)


def test_subsampling_adds_four_pixels_before_its_two_weights() -> None:
    layer = Subsampling(1)
    nn.init.constant_(layer.coefficient, 0.5)
    nn.init.constant_(layer.bias, 3)
    assert layer(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).item() == 8


def test_codes_of_the_digits_are_different_pictures() -> None:
    rows = torch.tensor(codes(10))
    assert rows.shape == (10, 84)
    assert rows.abs().eq(1).all()
    differing = (rows[:, None] != rows[None]).sum(-1) + 84 * torch.eye(10, dtype=torch.int64)
    assert differing.min() >= 10
    top_bar_of_seven = rows[7].view(12, 7)[1]
    assert top_bar_of_seven.tolist() == [1.0] * 7


@pytest.mark.parametrize("classes", [2, 3, 26, 100])
def test_other_numbers_of_classes_get_drawn_codes_always_the_same(classes: int) -> None:
    drawn = codes(classes)
    assert drawn == codes(classes)
    assert len({tuple(code) for code in drawn}) == classes
    assert all(len(code) == 84 and set(code) == {-1.0, 1.0} for code in drawn)


def test_the_output_is_minus_the_squared_distance() -> None:
    torch.manual_seed(0)
    layer, units = RadialOutput(10), torch.randn(3, 84)
    expected = -(units[:, None] - torch.tensor(codes(10))).square().sum(-1)
    torch.testing.assert_close(layer(units), expected)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(layer(units), expected)


def test_cross_entropy_of_the_output_is_the_papers_loss_without_its_constant() -> None:
    torch.manual_seed(0)
    units, labels = torch.randn(5, 84).tanh() * 1.2, torch.tensor([3, 1, 4, 1, 5])
    raw = RadialOutput(10)(units)
    distances = -raw.double()

    def equation_9(exponent: float) -> float:
        right = distances[torch.arange(5), labels]
        return float((right + torch.log(math.exp(-exponent) + torch.exp(-distances).sum(1))).mean())

    ours = float(nn.functional.cross_entropy(raw.double(), labels))
    assert ours == pytest.approx(equation_9(math.inf), rel=1e-6)
    penalties = [equation_9(exponent) for exponent in (1.0, 30.0, 80.0, math.inf)]
    assert all(sooner >= later for sooner, later in pairwise(penalties))  # e^-j only adds


def test_weights_start_within_the_papers_range() -> None:
    body = built()
    for name, fan_in in {"c1": 25, "c5": 400, "f6": 120}.items():
        weights = body.get_submodule(name).weight
        assert isinstance(weights, torch.Tensor)
        assert 0.95 * 2.4 / fan_in < weights.abs().max() <= 2.4 / fan_in
