"""DenseNet (Huang et al. 2017), torchvision's."""

from __future__ import annotations

import re
from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import State, published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="features.conv0",
    halvings=("features.conv0", "features.pool0", *(f"features.transition{number}" for number in (1, 2, 3))),
    output="classifier",
    attribution_layers=(*(f"features.denseblock{number}" for number in (1, 2, 3)), "activation"),
)
_OLD_NAME = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)")


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
    network = published(name, pretrained=pretrained, renamed=_todays_names)
    parts = {
        "features": network.get_submodule("features"),
        "activation": nn.ReLU(),  # torchvision's is a function and works in place
        "average": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "classifier": network.get_submodule("classifier"),
    }
    return adapted(chain(parts), PLAN, kind, outputs)


def _todays_names(state: State) -> State:
    """The published files were written when a name could hold a dot: "norm.1" is "norm1" now."""
    return {_OLD_NAME.sub(r"\1\2", name): value for name, value in state.items()}
