"""A vision transformer (Dosovitskiy et al. 2021) small enough to be trained from scratch on a few thousand images.

Against the published one: patches of 4 pixels, positions that are not learned, and the mean of the tokens instead of
a class token (Beyer, Zhai, Kolesnikov 2022), each of which helps where data are few.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.tokens import FixedPositions, MeanOfTokens, Tokens, encoder, looked_at, start_linear_layers

HEAD_CHANNELS = 32
MLP_RATIO = 2


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels. Raises ``ExperimentError`` for patches of which fewer than two
    fit into a side.
    """
    channels, height, width = kind.shape
    patch, wide = options["patch_size"], int(options["width"])
    if 2 * patch > min(height, width):
        limit = min(height, width) // 2
        raise ExperimentError("patch_too_large", field="model.options.patch_size", value=patch, limit=limit)
    modules: dict[str, nn.Module] = {}
    if height % patch or width % patch:
        modules["pad"] = nn.ZeroPad2d((0, -width % patch, 0, -height % patch))
    rows, columns = -(-height // patch), -(-width // patch)
    # one linear layer for every patch, which is what a convolution is whose stride is its kernel
    modules["patches"] = nn.Conv2d(channels, wide, patch, patch)
    modules["tokens"] = Tokens()
    modules["positions"] = FixedPositions(rows, columns, wide)
    modules["encoder"] = encoder(
        options["depth"], wide, wide // HEAD_CHANNELS, MLP_RATIO * wide, dropout=options["dropout"]
    )
    modules["norm"] = nn.LayerNorm(wide)
    modules["pool"] = MeanOfTokens()
    modules["output"] = nn.Linear(wide, outputs)
    body = chain(modules)
    start_linear_layers(body)
    return Body(body, looked_at(options["depth"]), layout="tokens")
