"""Compact convolutional transformer (Hassani et al. 2021): convolutions make the tokens, a transformer reads them.

A tokenizer layer is a convolution, ReLU and pooling to half the size, as in the paper. Its encoder blocks carry the
normalised tokens around the linear layers; here they carry the tokens themselves, as transformers do since.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.compact import start_as_he
from cnnlab.models.network import Body
from cnnlab.models.tokens import LearnedPositions, SequencePooling, Tokens, encoder, looked_at, start_linear_layers

FIRST_FILTERS = 64
HEAD_CHANNELS = 64


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels."""
    channels, height, width = kind.shape
    wide, depth = int(options["width"]), options["depth"]
    steps: dict[str, nn.Module] = {}
    for number in range(1, options["convolutions"] + 1):
        filters = wide if number == options["convolutions"] else FIRST_FILTERS
        steps[f"conv{number}"] = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
        steps[f"activation{number}"] = nn.ReLU()
        steps[f"pool{number}"] = nn.MaxPool2d(3, 2, padding=1)
        channels, height, width = filters, -(-height // 2), -(-width // 2)
    modules: dict[str, nn.Module] = {
        "tokenizer": start_as_he(chain(steps)),
        "tokens": Tokens(),
        "positions": LearnedPositions(height * width, wide),
        "encoder": encoder(
            depth,
            wide,
            wide // HEAD_CHANNELS,
            options["mlp_ratio"] * wide,
            bias=False,
            dropout=options["dropout"],
        ),
        "norm": nn.LayerNorm(wide),
        "pool": SequencePooling(wide),
        "output": nn.Linear(wide, outputs),
    }
    body = chain(modules)
    start_linear_layers(body)
    return Body(body, ("tokenizer", *looked_at(depth)), layout="tokens")
