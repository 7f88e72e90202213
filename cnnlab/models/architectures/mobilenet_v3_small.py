"""MobileNetV3-Small (Howard et al. 2019) from torchvision, with steps that suit small images.

At its own strides an image of 32 pixels ends as a map of one pixel, on which nothing can be explained.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.weights import pretrained_state

SMALLEST_MAP = 3  # pixels that the last map keeps of each side
HALVINGS = ("0.0", "1.block.0.0", "2.block.1.0", "4.block.1.0", "9.block.1.0")  # the convolutions of stride 2
NORM_MOMENTUM = 0.1


class Residual(nn.Module):
    """torchvision's block without its addition in place, which overwrites what a hook on its last layer has seen."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, inputs: Tensor) -> Tensor:
        return self.block(inputs) + inputs


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001  # the contract's signature
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    from torchvision.models import MobileNet_V3_Small_Weights, mobilenet_v3_small

    network = mobilenet_v3_small(weights=None, dropout=options["dropout"])
    if pretrained:
        weights = MobileNet_V3_Small_Weights.IMAGENET1K_V1
        network.load_state_dict(pretrained_state(weights.url, "mobilenet_v3_small"))
    _keep_pixels(network.features, min(kind.shape[1:]))
    _take_channels(network.features[0], kind.shape[0])
    head = network.classifier[-1]
    network.classifier[-1] = nn.Linear(head.in_features, outputs)
    nn.init.normal_(network.classifier[-1].weight, 0, 0.01)  # as torchvision starts it
    nn.init.zeros_(network.classifier[-1].bias)
    _make_explainable(network)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            # torchvision's 0.01 is meant for hundreds of thousands of steps: after a few short epochs validation
            # would still use the statistics of the start, and be at chance
            module.momentum = NORM_MOMENTUM
    return Body(network, ("features.3", "features.8", "features.12"))


def _make_explainable(network: Any) -> None:
    """Nothing works in place: what a hook has kept must not be overwritten."""
    for position, layer in enumerate(network.features):
        if getattr(layer, "use_res_connect", False):
            network.features[position] = Residual(layer.block)
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False


def _keep_pixels(features: nn.Module, side: int) -> None:
    """Takes away the first halvings of the map, as many as a small image can't afford."""
    affordable = 0
    while affordable < len(HALVINGS) and side / 2 ** (affordable + 1) >= SMALLEST_MAP:
        affordable += 1
    for name in HALVINGS[: len(HALVINGS) - affordable]:
        convolution = features.get_submodule(name)
        assert isinstance(convolution, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
        convolution.stride = (1, 1)


def _take_channels(stem: nn.Module, channels: int) -> None:
    """A first convolution for other than three channels: grey takes the sum over the colours."""
    old = stem.get_submodule("0")
    assert isinstance(old, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    if channels == old.in_channels:
        return
    new = nn.Conv2d(channels, old.out_channels, 3, old.stride[0], padding=1, bias=False)
    # the sum, shared out among the channels: an image of equal channels is seen as the grey one it is
    new.weight.data.copy_(old.weight.data.sum(1, keepdim=True).expand_as(new.weight) / channels)
    stem.register_module("0", new)
