"""A convolutional network as its options describe it: blocks, then a head of fully connected layers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.models.blocks import activation, chain, convolution_block, dropout
from cnnlab.models.network import Body
from cnnlab.models.shapes import Shape, block_shapes

MAXIMUM_HEAD_WEIGHTS = 100_000_000  # 1.6 GB with gradients and Adam's two moments


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """Raises ``ExperimentError`` for blocks that the image is too small for and for a head beyond any memory."""
    blocks = options["blocks"]
    last = block_shapes(blocks, Shape(*kind.shape))[-1]
    features = last.channels if options["head"] == "global" else last.size
    sizes = [features, *options["hidden"], outputs]
    weights = sum(inputs * units for inputs, units in pairwise(sizes))
    if weights > MAXIMUM_HEAD_WEIGHTS:
        field = "model.options.head" if options["head"] == "flatten" else "model.options.hidden"
        raise ExperimentError("head_too_large", field=field, value=weights, limit=MAXIMUM_HEAD_WEIGHTS)

    modules: dict[str, nn.Module] = {}
    channels = kind.shape[0]
    for number, block in enumerate(blocks, start=1):
        modules[f"block{number}"] = convolution_block(channels, block)
        channels = block["filters"]
    if options["head"] == "global":
        modules["average"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    for number, (inputs, units) in enumerate(pairwise(sizes[:-1]), start=1):
        dropout(modules, f"dropout{number}", options["head_dropout"])
        modules[f"dense{number}"] = nn.Linear(inputs, units)
        modules[f"activation{number}"] = activation(blocks[-1]["activation"])
    dropout(modules, "dropout", options["head_dropout"])
    modules["output"] = nn.Linear(sizes[-2], outputs)
    return Body(chain(modules), tuple(f"block{number}.conv" for number in range(1, len(blocks) + 1)))
