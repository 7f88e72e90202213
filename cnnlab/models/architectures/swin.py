"""Swin Transformer (Liu et al. 2021) and V2 (Liu et al. 2022), torchvision's.

Small images get smaller patches, and windows of 4 x 4 instead of 7 x 7, which divide their maps.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.explainable import make_explainable
from cnnlab.models.zoo.patches import resized_bias, take_smaller_patch
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import SMALLEST_MAP, new_output, take_channels

PATCH = 4
MERGINGS = 3
SMALL_WINDOW = 4
STEM = "features.0.0"


def build_member(
    name: str,
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001  # the contract's signature
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    network = published(name, pretrained=pretrained)
    _skip_blocks(network, options["stochastic_depth"])
    patch = PATCH
    while patch > 1 and min(kind.shape[1:]) / (patch * 2**MERGINGS) < SMALLEST_MAP:
        patch //= 2
    if patch < PATCH:
        take_smaller_patch(network, STEM, patch)
        _take_windows(network, SMALL_WINDOW)
    take_channels(network, STEM, kind.shape[0])
    new_output(network, "head", outputs)
    make_explainable(network)
    return Body(network, ("features.1", "features.3", "features.5", "norm"), ("head",), layout="channels_last")


def _skip_blocks(network: nn.Module, probability: float) -> None:
    """Stochastic depth that rises to ``probability`` at the last block: torchvision's own functions fix it."""
    from torchvision.models.swin_transformer import SwinTransformerBlock

    blocks = [module for module in network.modules() if isinstance(module, SwinTransformerBlock)]
    for number, block in enumerate(blocks):
        block.stochastic_depth.p = probability * number / (len(blocks) - 1)


def _take_windows(network: nn.Module, window: int) -> None:
    from torchvision.models.swin_transformer import ShiftedWindowAttention, ShiftedWindowAttentionV2

    for attention in network.modules():
        if not isinstance(attention, ShiftedWindowAttention):
            continue
        attention.window_size = [window, window]
        attention.shift_size = [window // 2 if shift else 0 for shift in attention.shift_size]
        if isinstance(attention, ShiftedWindowAttentionV2):
            attention.define_relative_position_bias_table()  # V2 computes its bias from these distances
        else:
            table = resized_bias(attention.relative_position_bias_table, window)
            attention.relative_position_bias_table = nn.Parameter(table.detach())
        attention.define_relative_position_index()
