"""Wide ResNet (Zagoruyko and Komodakis 2016): few blocks of many filters, normalised before each convolution.

As in the paper the shortcut that changes the size starts from the normalised input, and dropout lies between the
two convolutions of a block.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.compact import start_as_he
from cnnlab.models.network import Body

STEM_FILTERS = 16
STAGES = 3


class WideBlock(nn.Module):
    """Twice normalisation, ReLU and 3 x 3 convolution; the input is carried around both."""

    def __init__(self, channels: int, filters: int, stride: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.activation1 = nn.ReLU()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        self.activation2 = nn.ReLU()
        self.dropout: nn.Module = nn.Dropout(dropout) if dropout > 0 else nn.Identity()
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.shortcut: nn.Module | None = None
        if stride > 1 or channels != filters:
            self.shortcut = nn.Conv2d(channels, filters, 1, stride, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        prepared = self.activation1(self.norm1(inputs))
        carried = inputs if self.shortcut is None else self.shortcut(prepared)
        maps = self.activation2(self.norm2(self.conv1(prepared)))
        return self.conv2(self.dropout(maps)) + carried


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    modules: dict[str, nn.Module] = {"conv": nn.Conv2d(kind.shape[0], STEM_FILTERS, 3, padding=1, bias=False)}
    channels = STEM_FILTERS
    for stage in range(STAGES):
        filters = STEM_FILTERS * options["width"] * 2**stage
        blocks: dict[str, nn.Module] = {}
        for number in range(options["blocks"]):
            stride = 2 if stage > 0 and number == 0 else 1
            blocks[f"block{number + 1}"] = WideBlock(channels, filters, stride, options["dropout"])
            channels = filters
        modules[f"stage{stage + 1}"] = chain(blocks)
    modules["norm"] = nn.BatchNorm2d(channels)
    modules["activation"] = nn.ReLU()
    modules["average"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    modules["output"] = nn.Linear(channels, outputs)
    return Body(start_as_he(chain(modules)), ("stage1", "stage2", "activation"))
