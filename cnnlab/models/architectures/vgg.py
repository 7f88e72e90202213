"""VGG (Simonyan and Zisserman 2015), torchvision's, with and without batch normalisation."""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.dense import without_dense_layers
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted


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
    plan = _plan(network)
    if options["classifier"] == "global":
        plan = without_dense_layers(network, plan)
    return adapted(network, plan, kind, outputs)


def _plan(network: nn.Module) -> Plan:
    layers = enumerate(network.get_submodule("features").children())
    poolings = [position for position, layer in layers if isinstance(layer, nn.MaxPool2d)]
    return Plan(
        stem="features.0",
        halvings=tuple(f"features.{position}" for position in poolings),
        output="classifier.6",
        # the maps before each pooling: those after the last one are the coarser half
        attribution_layers=tuple(f"features.{position - 1}" for position in poolings[1:]),
    )
