"""SqueezeNet (Iandola et al. 2016), torchvision's. Its output is a convolution of one pixel, averaged.

Without the published ReLU between the two: a class below 0 would have no gradient, to learn by or to be explained by.
The output is new for each task anyway.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted


def _plan(poolings: tuple[int, ...], layers: tuple[int, ...]) -> Plan:
    return Plan(
        stem="features.0",
        halvings=tuple(f"features.{position}" for position in (0, *poolings)),
        output="classifier.1",
        attribution_layers=tuple(f"features.{position}" for position in layers),
        head=("classifier",),
        smallest_map=4,  # its poolings have no padding: each loses a pixel more
    )


PLANS = {
    "squeezenet1_0": _plan((2, 6, 11), (5, 10, 12)),
    "squeezenet1_1": _plan((2, 5, 8), (4, 7, 12)),
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
    network.get_submodule("classifier").register_module("2", nn.Identity())
    return adapted(network, PLANS[name], kind, outputs)
