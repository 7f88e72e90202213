"""The ResNets of He et al. 2016 (section 4.2) for 32-pixel images: three stages, 6n + 2 layers.

The shortcut that changes the size is a 1 x 1 convolution (the paper's option B; its CIFAR figures are of option A,
without weights). The last normalisation of each block starts at 0, so that every block starts as the identity
(Goyal et al. 2017).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body

STAGES = 3


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around which the input is carried."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters)
        self.activation1 = nn.ReLU()
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        nn.init.zeros_(self.norm2.weight)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or channels != filters:
            projection = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(filters))
        self.activation2 = nn.ReLU()  # not the first one again: a hook could not tell them apart

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.activation1(self.norm1(self.conv1(inputs)))
        return self.activation2(self.norm2(self.conv2(maps)) + self.shortcut(inputs))


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    width = options["width"]
    modules: dict[str, nn.Module] = {
        "conv": nn.Conv2d(kind.shape[0], width, 3, padding=1, bias=False),
        "norm": nn.BatchNorm2d(width),
        "activation": nn.ReLU(),
    }
    channels = width
    for stage in range(STAGES):
        filters = width * 2**stage
        blocks: dict[str, nn.Module] = {}
        for number in range(options["blocks"]):
            stride = 2 if stage > 0 and number == 0 else 1
            blocks[f"block{number + 1}"] = ResidualBlock(channels, filters, stride)
            channels = filters
        modules[f"stage{stage + 1}"] = chain(blocks)
    modules["average"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    modules["output"] = nn.Linear(channels, outputs)
    return Body(_he(chain(modules)), ("stage1", "stage2", "stage3"))


def _he(body: nn.Module) -> nn.Module:
    """Convolutions start as in the paper (He et al. 2015, fan-out)."""
    for layer in body.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return body
