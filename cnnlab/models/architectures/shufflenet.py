"""ShuffleNetV2 (Ma et al. 2018), torchvision's."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="conv1.0",
    halvings=("conv1", "maxpool", "stage2.0", "stage3.0", "stage4.0"),
    output="fc",
    attribution_layers=("stage2", "stage3", "stage4", "conv5"),
)


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
    return adapted(published(name, pretrained=pretrained), PLAN, kind, outputs)
