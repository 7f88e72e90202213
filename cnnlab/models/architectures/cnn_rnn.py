"""A convolutional encoder whose rows of features are read by a recurrent network, from the top of the image down.

As in CRNN (Shi, Bai, Yao 2017), with rows for its columns: the reader takes a sequence [N, T, features], whatever
its steps are, so that a sequence of frames can later come from the same encoder.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain, dropout
from cnnlab.models.compact import convolution, start_as_he, strides
from cnnlab.models.network import Body
from cnnlab.models.recurrent import MeanOfSteps, Rows, reader

POOLED = 2  # blocks that may halve the map; one more follows


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    channels, _, width = kind.shape
    blocks: dict[str, nn.Module] = {}
    steps_down = [*reversed(list(strides(min(kind.shape[1:]), POOLED))), 1]
    for number, stride in enumerate(steps_down, start=1):
        filters = options["filters"] * min(number, 2)
        steps: dict[str, nn.Module] = {"convolution": convolution(channels, filters, 3, kind="relu")}
        if stride > 1:
            steps["pool"] = nn.MaxPool2d(stride, ceil_mode=True)
            width = -(-width // stride)
        blocks[f"block{number}"] = chain(steps)
        channels = filters
    hidden, both = options["hidden"], options["bidirectional"]
    modules: dict[str, nn.Module] = {"encoder": start_as_he(chain(blocks)), "rows": Rows()}
    modules["reader"] = reader(options["cell"], channels * width, hidden, bidirectional=both)
    modules["mean"] = MeanOfSteps()
    dropout(modules, "dropout", options["dropout"])
    modules["output"] = nn.Linear(hidden * (2 if both else 1), outputs)
    return Body(chain(modules), tuple(f"encoder.{name}" for name in blocks))
