"""ResNet (He et al. 2016), ResNeXt (Xie et al. 2017) and Wide ResNet-50 (Zagoruyko and Komodakis 2016), torchvision's.

Their bottleneck halves in its 3 x 3 convolution, not in the first 1 x 1 as in the paper ("v1.5").
"""

from __future__ import annotations

from typing import Any

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import published
from cnnlab.models.zoo.surgery import Plan, adapted

PLAN = Plan(
    stem="conv1",
    halvings=("conv1", "maxpool", "layer2.0", "layer3.0", "layer4.0"),
    output="fc",
    attribution_layers=("layer1", "layer2", "layer3", "layer4"),
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
