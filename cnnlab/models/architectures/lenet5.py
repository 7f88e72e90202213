"""LeNet-5 (LeCun et al. 1998) with ReLU and max pooling, as it is taught today: 61,706 weights for MNIST.

The paper's input has 32 pixels a side. Smaller images are padded at the first convolution to keep their size,
and very small ones at the second too; maps larger than the paper's 5 x 5 are averaged down to it, so that the
fully connected part stays as large as it was.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import activation, dropout, pooling
from cnnlab.models.network import Body

PAPER_SIZE = 32
KERNEL = 5
SAME = KERNEL // 2
MAP = 5  # side of the last map in the paper


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,  # noqa: ARG001  # the contract's signature
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    channels, height, width = kind.shape
    (pad1y, pad2y, mapy), (pad1x, pad2x, mapx) = _plan(height), _plan(width)

    modules: dict[str, nn.Module] = {}
    modules["conv1"] = nn.Conv2d(channels, 6, KERNEL, padding=(pad1y, pad1x))
    modules["activation1"] = activation(options["activation"])
    modules["pool1"] = pooling(options["pooling"], 2)
    modules["conv2"] = nn.Conv2d(6, 16, KERNEL, padding=(pad2y, pad2x))
    modules["activation2"] = activation(options["activation"])
    modules["pool2"] = pooling(options["pooling"], 2)
    if max(mapy, mapx) > MAP:
        mapy, mapx = min(mapy, MAP), min(mapx, MAP)
        modules["pool3"] = nn.AdaptiveAvgPool2d((mapy, mapx))
    modules["flatten"] = nn.Flatten()
    modules["dense1"] = nn.Linear(16 * mapy * mapx, 120)
    modules["activation3"] = activation(options["activation"])
    dropout(modules, "dropout1", options["dropout"])
    modules["dense2"] = nn.Linear(120, 84)
    modules["activation4"] = activation(options["activation"])
    dropout(modules, "dropout2", options["dropout"])
    modules["output"] = nn.Linear(84, outputs)
    body = nn.Sequential()
    for name, module in modules.items():
        body.add_module(name, module)
    return Body(body, ("conv1", "conv2"))


def _plan(side: int) -> tuple[int, int, int]:
    """For one axis of the input: padding of the first and the second convolution, extent of the last map."""
    first = 0 if side >= PAPER_SIZE else SAME
    halved = (side + 2 * first - KERNEL + 1) // 2
    # under 12 pixels an unpadded convolution would leave next to nothing to look at
    second = 0 if halved >= 12 else SAME
    return first, second, (halved + 2 * second - KERNEL + 1) // 2
