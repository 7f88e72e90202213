"""MaxViT (Tu et al. 2022), torchvision's.

Each stage halves its maps, and its windows have the side of the last map (7 at 224 pixels), as the authors do at
other resolutions. Images that this does not divide are enlarged to the next square that it does.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.zoo.explainable import make_explainable
from cnnlab.models.zoo.patches import enlargement, multiple, resized_bias
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import affordable, follow_short_trainings, keep_pixels, new_output, take_channels

STAGES = 4
HALVINGS = ("stem", *(f"blocks.{stage}.layers.0" for stage in range(STAGES)))


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],  # noqa: ARG001  # the contract's signature
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    _, height, width = kind.shape
    network = published("maxvit_t", pretrained=pretrained)
    kept = affordable(min(height, width), len(HALVINGS))
    side = multiple(max(height, width), 2**kept)
    keep_pixels(network, HALVINGS, min(height, width))
    _take_windows(network, side, kept)
    take_channels(network, "stem.0.0", kind.shape[0])
    new_output(network, "classifier.5", outputs)
    make_explainable(network)
    follow_short_trainings(network)
    stem = dict(network.get_submodule("stem").named_children())
    enlarge = enlargement((height, width), (side, side))
    network.register_module("stem", chain({"enlarge": enlarge, **stem}))
    return Body(network, tuple(f"blocks.{stage}" for stage in range(STAGES)), ("classifier.5",))


def _take_windows(network: nn.Module, side: int, halvings: int) -> None:
    """Windows and grids for images of ``side`` pixels, which are halved ``halvings`` times, the last stages first."""
    from torchvision.models.maxvit import PartitionAttentionLayer

    window = side // 2**halvings
    for stage in range(STAGES):
        still_to_come = min(STAGES - 1 - stage, halvings)
        grid = window * 2**still_to_come
        for layer in network.get_submodule(f"blocks.{stage}").modules():
            if isinstance(layer, PartitionAttentionLayer):
                layer.grid_size = (grid, grid)
                layer.n_partitions = grid // window
                layer.p, layer.g = (window, layer.n_partitions)
                if layer.partition_type == "grid":
                    layer.p, layer.g = layer.g, layer.p
                _resize(layer.attn_layer[1], window)


def _resize(attention: nn.Module, window: int) -> None:
    from torchvision.models.maxvit import RelativePositionalMultiHeadAttention, _get_relative_position_index

    assert isinstance(attention, RelativePositionalMultiHeadAttention)  # noqa: S101  # torchvision's, held by a test
    if attention.size == window:
        return
    attention.size, attention.max_seq_len = window, window**2
    table = resized_bias(attention.relative_position_bias_table, window)
    attention.relative_position_bias_table = nn.Parameter(table.detach())
    attention.relative_position_index = _get_relative_position_index(window, window)
