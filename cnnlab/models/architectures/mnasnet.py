"""MNASNet (Tan et al. 2019), torchvision's."""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="layers.0",
    halvings=("layers.0", "layers.8.0", "layers.9.0", "layers.10.0", "layers.12.0"),
    output="classifier.1",
    attribution_layers=("layers.9", "layers.11", "layers.16"),
)


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
    network = published(name, pretrained=pretrained, dropout=options["dropout"])
    parts = {
        "layers": network.get_submodule("layers"),
        "average": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "classifier": network.get_submodule("classifier"),
    }
    # torchvision's own class refuses a state without its version number, and a checkpoint has none
    return adapted(chain(parts), PLAN, kind, outputs)
