"""The cells of the Neocognitron, plane by plane (Fukushima 1980, Biological Cybernetics 36: 193-202).

From its later form (Fukushima 2003, Neurocomputing 51: 161-180) come the contrast cells and a threshold of similarity
in place of the parameter r: theta = r / (1 + r).

All is computed in float32, whatever the autocast: an S-cell's output is a small difference of two numbers near 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnlab.models.neocognitron.windows import gaussian
from cnnlab.models.precision import without_autocast

EPSILON = 1e-8  # under a root, whose slope at 0 is infinite
SATURATION = 0.5  # activity at which a C-cell is half way up
WHOLE = 4.0  # weights' sum of a C-cell that sees a whole plane: of a pattern that is there, few places respond


class ContrastCells(nn.Module):
    """A pixel against its surround, on-centre cells and off-centre cells (Fukushima 2003, section 3.1).

    [N, C, H, W] of any sign -> [N, 2C, H, W], not negative. An image of one brightness gives 0, also at its edge.
    """

    kernel: Tensor

    def __init__(self, size: int = 5) -> None:
        super().__init__()
        self.margin = size // 2
        self.register_buffer("kernel", (gaussian(size, size / 10) - gaussian(size, size / 4))[None, None])
        self.rectify = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        with without_autocast(inputs.device):
            channels = inputs.shape[1]
            padded = functional.pad(inputs.float(), (self.margin,) * 4, mode="replicate")
            centre = functional.conv2d(padded, self.kernel.expand(channels, -1, -1, -1), groups=channels)
            return self.rectify(torch.cat([centre, -centre], 1))


class SimpleCells(nn.Module):
    """S-cells: each plane looks for one pattern everywhere, by a convolution that activity around it shunts.

    With the excitation e = a * x and the activity v = sqrt(c * x^2), c a window of sum 1 over all channels:
    u = theta / (1 - theta) max(0, (1 + e) / (1 + theta b v) - 1), eqs. (1) and (3) of 1980.
    [N, C, H, W] -> [N, planes, H, W]. How a and b come about is a subclass's.
    """

    window: Tensor

    def __init__(self, channels: int, size: int, selectivity: float) -> None:
        super().__init__()
        self.size = size
        self.selectivity = selectivity
        self.register_buffer("window", gaussian(size, size / 3)[None, None] / channels)
        self.rectify = nn.ReLU()

    def connections(self) -> tuple[Tensor, Tensor]:
        """a [planes, C, size, size] and b [planes]."""
        raise NotImplementedError

    def forward(self, inputs: Tensor) -> Tensor:
        with without_autocast(inputs.device):
            inputs = inputs.float()
            excitation, inhibition = self.connections()
            activity = self._smoothed(inputs.square().sum(1, keepdim=True)).add(EPSILON).sqrt()
            excited = 1 + functional.conv2d(inputs, excitation, padding=self.size // 2)
            shunted = 1 + self.selectivity * inhibition[:, None, None] * activity
            return self.rectify(excited / shunted - 1) * (self.selectivity / (1 - self.selectivity))

    def _smoothed(self, maps: Tensor) -> Tensor:
        return functional.conv2d(maps, self.window, padding=self.size // 2)


class TrainedCells(SimpleCells):
    """S-cells whose connections, of any sign, are learned by gradient."""

    def __init__(self, channels: int, planes: int, size: int, selectivity: float) -> None:
        super().__init__(channels, size, selectivity)
        self.excitation = nn.Parameter(torch.empty(planes, channels, size, size))
        nn.init.kaiming_normal_(self.excitation)
        self.inhibition = nn.Parameter(torch.full((planes,), 0.5))

    def connections(self) -> tuple[Tensor, Tensor]:
        return self.excitation, self.inhibition.abs()  # a negative one could divide by 0


class ComplexCells(nn.Module):
    """C-cells: the same pattern nearby, so that its place matters less from layer to layer; they saturate.

    u = s / (0.5 + s), s the S-cells' weighted sum: eq. (6) of 1980 without the inhibition between planes, which cost
    6 points on the digits. Every second place; without a ``size`` one C-cell for the whole plane.
    """

    kernel: Tensor

    def __init__(self, size: int | None) -> None:
        super().__init__()
        self.size = size
        if size is not None:
            self.register_buffer("kernel", gaussian(size, size / 4)[None, None])

    def forward(self, inputs: Tensor) -> Tensor:
        with without_autocast(inputs.device):
            planes = inputs.shape[1]
            if self.size is None:
                sums = WHOLE * inputs.mean((2, 3), keepdim=True)
            else:
                kernel = self.kernel.expand(planes, -1, -1, -1)
                sums = functional.conv2d(inputs, kernel, stride=2, padding=self.size // 2, groups=planes)
            return sums / (SATURATION + sums)
