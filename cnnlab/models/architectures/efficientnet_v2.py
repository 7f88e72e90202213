"""EfficientNetV2 (Tan and Le 2021), torchvision's."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.efficientnet import build_efficientnet


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
    return build_efficientnet(name, kind, outputs, options, pretrained=pretrained)
