"""What EfficientNet and EfficientNetV2 have in common: their stages halve at the same places."""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

HALVINGS = ("features.0", "features.2.0", "features.3.0", "features.4.0", "features.6.0")


def build_efficientnet(name: str, kind: InputKind, outputs: int, options: dict[str, Any], *, pretrained: bool) -> Body:
    """``options``: "dropout" and "stochastic_depth". Raises ``LabError`` ("weights_offline")."""
    network = published(
        name,
        pretrained=pretrained,
        dropout=options["dropout"],
        stochastic_depth_prob=options["stochastic_depth"],
    )
    last = len(list(network.get_submodule("features").children())) - 1
    plan = Plan(
        stem="features.0.0",
        halvings=HALVINGS,
        output="classifier.1",
        attribution_layers=("features.3", "features.5", f"features.{last}"),
    )
    return adapted(network, plan, kind, outputs)
