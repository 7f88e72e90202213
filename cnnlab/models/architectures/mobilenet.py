"""MobileNetV2 (Sandler et al. 2018) and V3 (Howard et al. 2019) from torchvision, with steps that suit small images.

At its own strides an image of 32 pixels ends as a map of one pixel, on which nothing can be explained.
"""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted


def _plan(halvings: tuple[int, ...], layers: tuple[int, ...], output: str) -> Plan:
    return Plan(
        stem="features.0.0",
        halvings=tuple(f"features.{block}" for block in halvings),
        output=output,
        attribution_layers=tuple(f"features.{block}" for block in layers),
        head=("classifier",),
    )


PLANS = {
    "mobilenet_v2": _plan((0, 2, 4, 7, 14), (6, 13, 18), "classifier.1"),
    "mobilenet_v3_small": _plan((0, 1, 2, 4, 9), (3, 8, 12), "classifier.3"),
    "mobilenet_v3_large": _plan((0, 2, 4, 7, 13), (6, 12, 16), "classifier.3"),
}


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
    return adapted(network, PLANS[name], kind, outputs)
