"""RegNetX and RegNetY (Radosavovic et al. 2020), torchvision's."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import with_weights
from cnnlab.models.zoo.surgery import Plan, adapted

STAGES = (1, 2, 3, 4)
PLAN = Plan(
    stem="stem.0",
    halvings=("stem", *(f"trunk_output.block{stage}.block{stage}-0" for stage in STAGES)),
    output="fc",
    attribution_layers=tuple(f"trunk_output.block{stage}" for stage in STAGES),
)
# depth, first width, slope of the widths, their step, width of a group: appendix D of the paper
SETTINGS: dict[str, tuple[int, int, float, float, int]] = {
    "regnet_x_400mf": (22, 24, 24.48, 2.54, 16),
    "regnet_x_800mf": (16, 56, 35.73, 2.28, 16),
    "regnet_x_1_6gf": (18, 80, 34.01, 2.25, 24),
    "regnet_x_3_2gf": (25, 88, 26.31, 2.25, 48),
    "regnet_y_400mf": (16, 48, 27.89, 2.09, 8),
    "regnet_y_800mf": (14, 56, 38.84, 2.4, 16),
    "regnet_y_1_6gf": (27, 48, 20.71, 2.65, 24),
    "regnet_y_3_2gf": (21, 80, 42.63, 2.66, 24),
    "regnet_y_8gf": (17, 192, 76.82, 2.19, 56),
}
SQUEEZE = 0.25  # of the Y networks


def build_member(
    name: str,
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],  # noqa: ARG001  # the contract's signature
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    network = _network(name)
    return adapted(with_weights(network, name) if pretrained else network, PLAN, kind, outputs)


def _network(name: str) -> nn.Module:
    """torchvision's, whose own function computes its widths on the default device: "meta" when we only count."""
    from torchvision.models.regnet import BlockParams, RegNet

    depth, first, slope, step, group = SETTINGS[name]
    squeeze = SQUEEZE if name.startswith("regnet_y") else None
    with torch.device("cpu"):
        widths = BlockParams.from_init_params(depth, first, slope, step, group, se_ratio=squeeze)
    network: nn.Module = RegNet(widths)
    return network
