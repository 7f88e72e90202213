"""MobileNetV2's inverted residuals (Sandler et al. 2018) in stages that suit images of 32 pixels.

The published network halves five times and ends with 1,280 maps for a thousand classes. Here it halves at most
four times, never below a map of 4 pixels, and ends with ``width`` times 160 maps.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain, dropout
from cnnlab.models.compact import InvertedResidual, convolution, rounded, start_as_he, strides
from cnnlab.models.network import Body

STEM_FILTERS = 16
LAST_FILTERS = 160
STAGES = ((1, 16, 1), (4, 24, 2), (4, 40, 2), (4, 64, 2))  # expansion, filters, blocks; all but the first may halve


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
    steps = strides(min(kind.shape[1:]), len(STAGES))
    channels = rounded(STEM_FILTERS, width)
    modules: dict[str, nn.Module] = {
        "stem": convolution(kind.shape[0], channels, 3, stride=next(steps), kind="relu6"),
    }
    for stage, (expansion, filters, count) in enumerate(STAGES):
        blocks: dict[str, nn.Module] = {}
        for number in range(count):
            stride = next(steps) if stage > 0 and number == 0 else 1
            wide = rounded(filters, width)
            blocks[f"block{number + 1}"] = InvertedResidual(channels, wide, expansion=expansion, stride=stride)
            channels = wide
        modules[f"stage{stage + 1}"] = chain(blocks)
    last = rounded(LAST_FILTERS, width)
    modules["last"] = convolution(channels, last, 1, kind="relu6")
    modules["average"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    dropout(modules, "dropout", options["dropout"])
    modules["output"] = nn.Linear(last, outputs)
    return Body(start_as_he(chain(modules)), ("stage2", "stage3", "last"))
