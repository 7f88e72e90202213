"""EfficientNet's MBConv blocks (Tan and Le 2019: inverted residuals, squeeze-excitation, SiLU) for images of 32 pixels.

``width`` and ``depth`` scale filters and blocks together, as the paper does; the published network halves five times,
this one at most four times and never below a map of 4 pixels.
"""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain, dropout
from cnnlab.models.compact import InvertedResidual, convolution, rounded, start_as_he, strides
from cnnlab.models.network import Body

STEM_FILTERS = 16
LAST_FILTERS = 192
# expansion, filters, blocks, kernel size; all stages but the first may halve
STAGES = ((1, 16, 1, 3), (4, 24, 2, 3), (4, 40, 2, 5), (4, 80, 2, 3))


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    width, counts = options["width"], [math.ceil(count * options["depth"]) for _, _, count, _ in STAGES]
    steps = strides(min(kind.shape[1:]), len(STAGES))
    channels = rounded(STEM_FILTERS, width)
    modules: dict[str, nn.Module] = {"stem": convolution(kind.shape[0], channels, 3, stride=next(steps), kind="silu")}
    built = 0
    for stage, (expansion, filters, _, kernel_size) in enumerate(STAGES):
        blocks: dict[str, nn.Module] = {}
        for number in range(counts[stage]):
            blocks[f"block{number + 1}"] = InvertedResidual(
                channels,
                rounded(filters, width),
                expansion=expansion,
                stride=next(steps) if stage > 0 and number == 0 else 1,
                kernel_size=kernel_size,
                kind="silu",
                squeeze=True,
                drop=options["stochastic_depth"] * built / sum(counts),  # rises with depth (Huang et al. 2016)
            )
            channels = rounded(filters, width)
            built += 1
        modules[f"stage{stage + 1}"] = chain(blocks)
    last = rounded(LAST_FILTERS, width)
    modules["last"] = convolution(channels, last, 1, kind="silu")
    modules["average"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    dropout(modules, "dropout", options["dropout"])
    modules["output"] = nn.Linear(last, outputs)
    return Body(start_as_he(chain(modules)), ("stage2", "stage3", "last"))
