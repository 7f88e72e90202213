"""What networks for small images share: how often they may halve the map, and the inverted residual block."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from cnnlab.models.blocks import activation, chain

SMALLEST_MAP = 4  # pixels a side that the last map keeps, so that something is left to look at


def strides(side: int, places: int) -> Iterator[int]:
    """The stride at each of ``places``, in the order of the network: 2 at the deepest ones, as often as ``side``
    affords, and 1 before. So a small image keeps its detail as long as it can, and a large one costs little.
    """
    affordable = 0
    while affordable < places and -(-side // 2 ** (affordable + 1)) >= SMALLEST_MAP:
        affordable += 1
    yield from [1] * (places - affordable) + [2] * affordable


def rounded(filters: int, width: float) -> int:
    """``width`` times ``filters`` as a multiple of 8, at which processors are fast, and never fewer than 8."""
    return max(8, round(filters * width / 8) * 8)


class SqueezeExcitation(nn.Module):
    """Each map is weighted by what the means of all maps say (Hu et al. 2018). [N, C, H, W] -> the same."""

    def __init__(self, channels: int, hidden: int, kind: str) -> None:
        super().__init__()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.activation = activation(kind)
        self.expand = nn.Conv2d(hidden, channels, 1)
        self.gate = nn.Sigmoid()

    def forward(self, maps: Tensor) -> Tensor:
        return maps * self.gate(self.expand(self.activation(self.reduce(self.average(maps)))))


class InvertedResidual(nn.Module):
    """Widen by 1 x 1, filter each map by itself, narrow by 1 x 1; the input is carried around it where it fits
    (Sandler et al. 2018). With ``squeeze`` it is EfficientNet's MBConv (Tan and Le 2019).
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        *,
        expansion: int,
        stride: int,
        kernel_size: int = 3,
        kind: str = "relu6",
        squeeze: bool = False,
        drop: float = 0.0,
    ) -> None:
        super().__init__()
        wide = channels * expansion
        modules: dict[str, nn.Module] = {}
        if expansion > 1:
            modules["expand"] = convolution(channels, wide, 1, kind=kind)
        modules["depthwise"] = convolution(wide, wide, kernel_size, stride=stride, groups=wide, kind=kind)
        if squeeze:
            modules["squeeze"] = SqueezeExcitation(wide, max(1, channels // 4), kind)
        modules["project"] = convolution(wide, filters, 1)
        self.carried = stride == 1 and channels == filters
        if self.carried and drop > 0:
            from torchvision.ops import StochasticDepth

            modules["drop"] = StochasticDepth(drop, "row")
        self.block = chain(modules)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.block(inputs) + inputs if self.carried else self.block(inputs)


def convolution(
    channels: int, filters: int, kernel_size: int, *, stride: int = 1, groups: int = 1, kind: str | None = None
) -> nn.Sequential:
    """Convolution that keeps the size at stride 1, batch normalisation, and the activation ``kind`` if there is one."""
    modules: dict[str, nn.Module] = {
        "conv": nn.Conv2d(channels, filters, kernel_size, stride, kernel_size // 2, groups=groups, bias=False),
        "norm": nn.BatchNorm2d(filters),
    }
    if kind is not None:
        modules["activation"] = nn.ReLU6() if kind == "relu6" else activation(kind)
    return chain(modules)


def start_as_he(body: nn.Module) -> nn.Module:
    """Convolutions start as He et al. 2015 have them (fan-out)."""
    for layer in body.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return body
