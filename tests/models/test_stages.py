"""Layers as stages."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.models.receptive import Receptive
from cnnlab.models.stages import common_name, stages


@dataclass(frozen=True)
class Row:
    name: str
    macs: int = 100
    parameters: int = 10
    input_shape: tuple[int, ...] = (3, 8, 8)
    output_shape: tuple[int, ...] = (3, 8, 8)
    type: str = "Conv2d"
    activation_bytes: int = 4
    receptive: Receptive | None = None


def resnet(blocks: int) -> list[Row]:
    rows = [Row("stem.conv"), Row("stem.norm", 0, 6), Row("stem.relu", 0, 0)]
    for stage in range(4):
        rows += [
            Row(f"layer{stage}.{b}.{part}", macs) for b in range(blocks) for part, macs in (("conv", 9), ("relu", 0))
        ]
    return [*rows, Row("pool", 0, 0, (3, 8, 8), (3, 1, 1)), Row("output", 30, 40, (3,), (10,))]


def test_nothing_is_lost_and_the_order_stays() -> None:
    rows = resnet(6)
    found = stages(rows)
    assert [row for stage in found for row in stage.rows] == rows
    assert sum(stage.macs for stage in found) == sum(row.macs for row in rows)


def test_a_small_network_is_split_down_to_its_blocks_and_a_large_one_is_not() -> None:
    assert [stage.name for stage in stages(resnet(2))] == [
        "stem", *[f"layer{stage}.{block}" for stage in range(4) for block in range(2)], "pool", "output",
    ]  # fmt: skip
    large = stages(resnet(40))
    assert [stage.name for stage in large] == ["stem", "layer0", "layer1", "layer2", "layer3", "pool", "output"]


def test_what_follows_stays_with_its_layer() -> None:
    plain = [Row("conv1"), Row("norm1", 0, 6), Row("relu1", 0, 0), Row("pool1", 0, 0, output_shape=(3, 4, 4))]
    found = stages([*plain, Row("flatten", 0, 0, (3, 4, 4), (48,)), Row("output", 480, 490, (48,), (10,))])
    assert [[row.name for row in stage.rows] for stage in found] == [
        ["conv1", "norm1", "relu1"], ["pool1", "flatten"], ["output"],
    ]  # fmt: skip
    assert [stage.name for stage in found] == ["conv1", "pool1", "output"]
    assert found[0].heaviest.name == "conv1"


def test_blocks_are_split_all_or_none() -> None:
    rows = [Row(f"layer{stage}.{block}.conv{k}") for stage in range(3) for block in range(3) for k in range(3)]
    assert len(stages(rows)) == 9
    assert len(stages(rows, most=27)) == 27


def test_a_part_is_called_by_its_first_layer_not_by_what_it_belongs_to() -> None:
    rows = [Row("block.conv"), Row("block.norm", 0), Row("block.pool", 0, 0, output_shape=(3, 4, 4))]
    assert [stage.name for stage in stages(rows)] == ["block.conv", "block.pool"]


def test_a_norm_before_its_layer_stays_with_it() -> None:
    rows = [Row("block.norm1", 0), Row("block.attention"), Row("block.norm2", 0), Row("block.mlp")]
    found = stages(rows)
    assert [(stage.name, len(stage.rows)) for stage in found] == [("block.attention", 3), ("block.mlp", 1)]


def test_what_joined_from_elsewhere_does_not_keep_a_stage_whole() -> None:
    rows = [Row("encoder.0"), Row("encoder.1"), Row("norm", 0), Row("output")]
    assert [stage.name for stage in stages(rows)] == ["encoder.0", "encoder.1", "output"]


def test_a_module_of_one_module_is_looked_into() -> None:
    layers = [Row(f"encoder.layers.layer_{number}.{part}") for number in range(5) for part in ("attention", "mlp")]
    found = stages([Row("encoder", 0), Row("encoder.dropout", 0, 0), *layers, Row("norm", 0), Row("output")], most=8)
    assert [stage.name for stage in found] == [*[f"encoder.layers.layer_{number}" for number in range(5)], "output"]


def test_one_long_chain_in_one_module_is_split() -> None:
    vgg = [Row(f"features.{number}") for number in range(10)]
    assert len(stages([*vgg, Row("classifier.0"), Row("classifier.1")])) == 12


def test_names() -> None:
    assert common_name([Row("a.b.c"), Row("a.b.d")]) == "a.b"
    assert common_name([Row("a.b.c")]) == "a.b.c"
    assert common_name([Row("conv1"), Row("relu1")]) == ""
    assert stages([]) == []
