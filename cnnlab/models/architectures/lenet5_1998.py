"""LeNet-5 as it was published (LeCun, Bottou, Bengio, Haffner 1998, section II.B): 60,000 weights, as the paper counts.

Trainable by layer: C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164. The literature's 60,840 adds the output's
10 x 84 codes, which are fixed. The paper's input has 32 pixels a side; smaller images are enlarged to 28, as the
paper's digits were, and get its margin of two pixels on each side. Maps larger than the paper's 5 x 5 are averaged
down to it.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnlab.data.types import InputKind
from cnnlab.models.architectures.lenet5 import KERNEL, MAP, PAPER_SIZE, SMALLEST, margin
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.precision import without_autocast

AMPLITUDE, SLOPE = 1.7159, 2 / 3  # of the squashing function: f(1) = 1 and f(-1) = -1 (appendix A)
INITIAL_RANGE = 2.4  # weights start uniform in this over the number of inputs (section II.B, end)
CODE = 84  # F6 units: a bitmap of 7 x 12
CODE_SEED = 1998
# Table I: which maps of S2 each map of C3 reads, in groups of as many inputs a map
TABLE = (
    ((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1)),
    ((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2)),
    ((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    ((0, 1, 2, 3, 4, 5),),
)
# the digits 0 to 9 in 7 x 12 pixels, drawn in the manner of the paper's figure 3; a row is its seven bits
BITMAPS = (
    "00 1c 22 41 41 41 41 41 41 22 1c 00",
    "00 08 18 28 08 08 08 08 08 08 3e 00",
    "00 3e 41 01 01 02 0c 10 20 40 7f 00",
    "00 7f 02 04 08 1c 02 01 01 41 3e 00",
    "00 02 06 0a 12 22 42 7f 02 02 02 00",
    "00 7f 40 40 7c 02 01 01 01 42 3c 00",
    "00 1c 20 40 40 5c 62 41 41 22 1c 00",
    "00 7f 41 01 02 04 08 08 10 10 10 00",
    "00 3e 41 41 41 3e 41 41 41 41 3e 00",
    "00 1c 22 41 41 23 1d 01 01 02 1c 00",
)


class Squash(nn.Module):
    """f(a) = 1.7159 tanh(2a / 3), eq. (6): F6 can reach the codes' +-1 where it is steepest bent, not saturated."""

    def __init__(self) -> None:
        super().__init__()
        self.tanh = nn.Tanh()

    def forward(self, inputs: Tensor) -> Tensor:
        return AMPLITUDE * self.tanh(SLOPE * inputs)


class Subsampling(nn.Module):
    """The sum of each 2 x 2 square, times a coefficient, plus a bias; both trainable, one of each a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.empty(maps).uniform_(-INITIAL_RANGE / 4, INITIAL_RANGE / 4))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, inputs: Tensor) -> Tensor:
        sums = functional.avg_pool2d(inputs, 2, divisor_override=1)
        return sums * self.coefficient[:, None, None] + self.bias[:, None, None]


class TableConvolution(nn.Module):
    """C3: 5 x 5 convolutions that each read only some maps (Table I), so that they have to learn different features.

    One grouped convolution for each number of inputs: no weight exists that the table leaves out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.groups = nn.ModuleList()
        for rows in TABLE:
            inputs = sum(len(row) for row in rows)
            self.groups.append(nn.Conv2d(inputs, len(rows), KERNEL, groups=len(rows)))

    def forward(self, inputs: Tensor) -> Tensor:
        maps = []
        for rows, convolution in zip(TABLE, self.groups, strict=True):
            read = [number for row in rows for number in row]
            maps.append(convolution(inputs[:, read]))
        return torch.cat(maps, 1)


class RadialOutput(nn.Module):
    """Minus the squared distance of F6 to the code of each class: [N, 84] -> [N, classes] float32.

    The paper's y_i, eq. (7), with its sign turned, so that more is better. Cross-entropy over -y_i is then the
    paper's loss, eq. (9), without its constant e^-j, which bounds the penalty of a class that is already far away.
    """

    codes: Tensor

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes(classes)))

    def forward(self, inputs: Tensor) -> Tensor:
        with without_autocast(inputs.device):  # distances of hundreds: bfloat16 would round them to 2
            units = inputs.float()
            products = functional.linear(units, self.codes)
            return 2 * products - units.square().sum(1, keepdim=True) - CODE  # each code has the square length 84


def codes(classes: int) -> list[list[float]]:
    """[classes][84] of +-1: the digits' bitmaps for ten classes; for other numbers drawn, always the same."""
    if classes == len(BITMAPS):
        rows = [int(row, 16) for bitmap in BITMAPS for row in bitmap.split()]
        bits = [(row >> (6 - column)) & 1 for row in rows for column in range(7)]
    else:
        generator = torch.Generator("cpu").manual_seed(CODE_SEED)
        bits = torch.randint(0, 2, (classes * CODE,), generator=generator, device="cpu").tolist()
    return [[2.0 * bit - 1.0 for bit in bits[start : start + CODE]] for start in range(0, classes * CODE, CODE)]


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],  # noqa: ARG001  # the contract's signature
    *,
    pretrained: bool,  # noqa: ARG001
    layers: list[dict[str, Any]] | None,  # noqa: ARG001
) -> Body:
    """``kind``: an image of any number of channels, at least 8 pixels a side."""
    channels, height, width = kind.shape
    modules: dict[str, nn.Module] = {}
    if min(height, width) < SMALLEST:
        height, width = max(height, SMALLEST), max(width, SMALLEST)
        modules["enlarge"] = nn.Upsample((height, width), mode="bilinear")
    modules["c1"] = nn.Conv2d(channels, 6, KERNEL, padding=(margin(height), margin(width)))
    modules["squash1"] = Squash()
    modules["s2"] = Subsampling(6)
    modules["squash2"] = Squash()
    modules["c3"] = TableConvolution()
    modules["squash3"] = Squash()
    modules["s4"] = Subsampling(16)
    modules["squash4"] = Squash()
    if max(height, width) > PAPER_SIZE:
        modules["average"] = nn.AdaptiveAvgPool2d(MAP)
    modules["c5"] = nn.Conv2d(16, 120, KERNEL)
    modules["squash5"] = Squash()
    modules["flatten"] = nn.Flatten()
    modules["f6"] = nn.Linear(120, CODE)
    modules["squash6"] = Squash()
    modules["output"] = RadialOutput(outputs)
    body = chain(modules)
    _start(body)
    return Body(body, ("c1", "c3"), head=("f6", "output"))  # the codes have nothing to learn: F6 has to meet them


def _start(body: nn.Module) -> None:
    """Uniform in +-2.4 over the fan-in, as published; biases at 0."""
    for layer in body.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in = math.prod(layer.weight.shape[1:])
            nn.init.uniform_(layer.weight, -INITIAL_RANGE / fan_in, INITIAL_RANGE / fan_in)
            assert layer.bias is not None  # noqa: S101  # every layer here has one
            nn.init.zeros_(layer.bias)
