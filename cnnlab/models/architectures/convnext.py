"""ConvNeXt (Liu et al. 2022), torchvision's."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="features.0.0",
    halvings=("features.0", "features.0", "features.2", "features.4", "features.6"),
    output="classifier.2",
    attribution_layers=("features.1", "features.3", "features.5", "features.7"),
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
    network = published(name, pretrained=pretrained, stochastic_depth_prob=options["stochastic_depth"])
    return adapted(network, PLAN, kind, outputs)
