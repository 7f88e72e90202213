"""The layers of a design that torch has no module for. Their source is also what ``cnnlab.models.code`` writes out,
so each class stands for itself.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two convolutions around which the input is carried (He et al. 2016); a 1 x 1 convolution where sizes differ."""

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel_size: int = 3,
        stride: int = 1,
        norm: Callable[[int], nn.Module] = nn.BatchNorm2d,
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        bias = norm is nn.Identity  # a normalisation would take it away again
        self.conv1 = nn.Conv2d(channels, filters, kernel_size, stride, padding=kernel_size // 2, bias=bias)
        self.norm1 = norm(filters)
        self.activation1 = activation()
        self.conv2 = nn.Conv2d(filters, filters, kernel_size, padding=kernel_size // 2, bias=bias)
        self.norm2 = norm(filters)
        for scale_or_shift in self.norm2.parameters():
            nn.init.zeros_(scale_or_shift)  # the block starts as its shortcut (Goyal et al. 2017)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or channels != filters:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=bias), norm(filters))
        self.activation2 = activation()

    def forward(self, x: Tensor) -> Tensor:
        y = self.activation1(self.norm1(self.conv1(x)))
        return self.activation2(self.norm2(self.conv2(y)) + self.shortcut(x))


class SqueezeExcitation(nn.Module):
    """Weights each map by what all maps together say of the image (Hu et al. 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Linear(channels, squeezed)
        self.activation = nn.ReLU()
        self.excite = nn.Linear(squeezed, channels)
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        weights = self.gate(self.excite(self.activation(self.squeeze(self.average(x).flatten(1)))))
        return x * weights[:, :, None, None]


class FeatureBatchNorm(nn.BatchNorm1d):
    """Batch normalisation of a row of features. A batch of one has no spread: it goes by the running statistics."""

    def forward(self, x: Tensor) -> Tensor:
        if len(x) > 1 or not self.training:
            return super().forward(x)
        return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
