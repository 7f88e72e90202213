"""AlexNet as Krizhevsky (2014) laid it out for one processor, torchvision's: a little narrower than in 2012."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.dense import without_dense_layers
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="features.0",
    halvings=("features.0", "features.0", "features.2", "features.5", "features.12"),
    output="classifier.6",
    attribution_layers=("features.4", "features.7", "features.9", "features.11"),
    smallest_map=4,  # its poolings have no padding: each loses a pixel more
)


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001  # the contract's signature
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    network = published("alexnet", pretrained=pretrained, dropout=options["dropout"])
    plan = without_dense_layers(network, PLAN) if options["classifier"] == "global" else PLAN
    return adapted(network, plan, kind, outputs)
