"""The network that options describe: shapes by arithmetic equal the network's, and what can't be is said before."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.blocks import ACTIVATIONS
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.requirements import checked_model
from cnnlab.models.shapes import Shape, block_shapes
from cnnlab.registry import registry
from tests.fresh_python import printed

KIND = InputKind("image", (1, 28, 28))
PADDINGS = ["same", "0", "1", "2", "3", "4", "5"]


def options_of(blocks: list[dict[str, Any]], **others: Any) -> dict[str, Any]:
    return checked_model(ModelSpec(architecture="cnn", options={"blocks": blocks, **others}), KIND)


def built(blocks: list[dict[str, Any]], kind: InputKind = KIND, **others: Any) -> Network:
    spec = ModelSpec(architecture="cnn", options={"blocks": blocks, **others})
    channels = kind.shape[0]
    return build_network(spec, kind, 10, (0.5,) * channels, (0.5,) * channels)


def maps_of(network: Network, images: torch.Tensor, blocks: int) -> list[tuple[int, ...]]:
    """The shape after each block, as the network computes it."""
    seen: list[tuple[int, ...]] = []
    for number in range(1, blocks + 1):
        block = network.get_submodule(f"body.block{number}")
        block.register_forward_hook(lambda _module, _inputs, output: seen.append(tuple(output.shape[1:])))
    assert network(images).shape == (len(images), 10)
    return seen


def refused(blocks: list[dict[str, Any]], kind: InputKind = KIND, **others: Any) -> ExperimentError:
    with pytest.raises(ExperimentError) as caught:
        built(blocks, kind, **others)
    for language in ("en", "es"):
        assert "{" not in caught.value.message(language)
    return caught.value


def test_arithmetic_agrees_with_the_network_over_many_descriptions() -> None:
    draw = random.Random(0)
    poolings = ["max", "average", "none"]
    tried = 0
    while tried < 40:
        blocks = [
            {
                "filters": draw.randint(1, 6),
                "kernel_size": draw.randint(1, 6),
                "stride": draw.randint(1, 3),
                "padding": draw.choice(PADDINGS),
                "pooling": draw.choice(poolings),
                "pool_size": draw.randint(2, 3),
                "batch_norm": draw.random() < 0.5,
                "activation": draw.choice(list(ACTIVATIONS)),
            }
            for _ in range(draw.randint(1, 4))
        ]
        others = {"head": draw.choice(["global", "flatten"]), "hidden": draw.choice([[], [5], [4, 3]])}
        kind = InputKind("image", (draw.choice([1, 3]), draw.randint(8, 30), draw.randint(8, 30)))
        try:
            network = built(blocks, kind, **others)
        except ExperimentError:
            continue
        tried += 1
        seen = maps_of(network, torch.rand(2, *kind.shape), len(blocks))
        complete = checked_model(ModelSpec(architecture="cnn", options={"blocks": blocks, **others}), kind)["blocks"]
        assert seen == [(s.channels, s.height, s.width) for s in block_shapes(complete, Shape(*kind.shape))]


@pytest.mark.parametrize(("kernel", "stride"), list(itertools.product([1, 2, 3, 4, 5, 7], [1, 2, 3])))
def test_same_padding_keeps_the_size_that_the_stride_leaves(kernel: int, stride: int) -> None:
    options = options_of([{"kernel_size": kernel, "stride": stride, "pooling": "none"}])
    side = -(-28 // stride)
    assert block_shapes(options["blocks"], Shape(1, 28, 28)) == (Shape(32, side, side),)


def test_padding_may_be_a_number_as_yaml_reads_it() -> None:
    blocks = options_of([{"kernel_size": 5, "padding": 2, "pooling": "none"}])["blocks"]
    assert block_shapes(blocks, Shape(1, 28, 28)) == (Shape(32, 28, 28),)


def test_a_block_is_convolution_norm_activation_pooling_dropout() -> None:
    network = built([{"pooling": "average", "dropout": 0.3, "activation": "gelu"}])
    kinds = [type(layer) for layer in network.get_submodule("body.block1").children()]
    assert kinds == [nn.Conv2d, nn.BatchNorm2d, nn.GELU, nn.AvgPool2d, nn.Dropout2d]


def test_what_is_off_is_left_out() -> None:
    network = built([{"pooling": "none", "batch_norm": False}])
    assert [type(layer) for layer in network.get_submodule("body.block1").children()] == [nn.Conv2d, nn.ReLU]
    assert network.get_submodule("body.block1.conv").bias is not None


def test_dropout_before_the_output_stays_without_dense_layers() -> None:
    layers = list(built([{}], head_dropout=0.4).get_submodule("body").children())
    assert [type(layer) for layer in layers[-2:]] == [nn.Dropout, nn.Linear]


def test_dense_layers_have_their_units_and_an_activation_each() -> None:
    layers = list(built([{}], head="flatten", hidden=[20, 15]).get_submodule("body").children())[-5:]
    assert [type(layer) for layer in layers] == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear]
    assert [layer.in_features for layer in layers[::2]] == [32 * 14 * 14, 20, 15]  # type: ignore[union-attr]


def test_a_kernel_larger_than_its_map_names_the_block_and_the_limit() -> None:
    problem = refused([{"pool_size": 8}, {"kernel_size": 7, "padding": "0"}]).problem
    assert (problem.code, problem.field) == ("window_exceeds_map", "model.options.blocks[1].kernel_size")
    assert problem.params == {"value": 7, "limit": 3}


def test_pooling_larger_than_its_map_names_the_block_and_the_limit() -> None:
    problem = refused([{"pool_size": 8}, {}, {"pool_size": 4, "batch_norm": False}]).problem
    assert (problem.code, problem.field) == ("window_exceeds_map", "model.options.blocks[2].pool_size")
    assert problem.params == {"value": 4, "limit": 1}


def test_normalising_a_single_pixel_is_refused_because_one_image_has_no_variance() -> None:
    problem = refused([{"pool_size": 16}, {"pooling": "none"}]).problem
    assert (problem.code, problem.field) == ("norm_of_one_pixel", "model.options.blocks[1].batch_norm")


def test_a_head_of_billions_is_refused_before_memory_is_asked_for() -> None:
    blocks = [{"filters": 1024, "pooling": "none"}]
    problem = refused(blocks, InputKind("image", (3, 512, 512)), head="flatten", hidden=[8192]).problem
    assert problem.code == "head_too_large"
    assert problem.params["value"] > 2_000_000_000_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"filters": 0}, "model.options.blocks[0].filters"),
        ({"kernel_size": 2.5}, "model.options.blocks[0].kernel_size"),
        ({"activation": "swash"}, "model.options.blocks[0].activation"),
        ({"padding": 9}, "model.options.blocks[0].padding"),
        ({"dropout": 1.0}, "model.options.blocks[0].dropout"),
        ({"depth": 2}, "model.options.blocks[0].depth"),
    ],
)
def test_a_wrong_value_in_a_block_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused([changes]).problem.field == field


def test_the_choices_of_the_form_are_what_the_code_knows() -> None:
    items = registry("architecture")["cnn"].options["blocks"].items
    assert isinstance(items, dict)
    assert items["padding"].choices == tuple(PADDINGS)
    assert set(items["activation"].choices) == set(ACTIVATIONS)


def test_shapes_are_known_without_torch() -> None:
    code = "import sys, cnnlab.models.shapes, cnnlab.models.requirements; print('torch' in sys.modules)"
    assert printed(code) == "False"
