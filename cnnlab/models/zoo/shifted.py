"""Weights that were trained on pixels in [-1, 1], in a network that gets them standardised."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# ImageNet's, of the pixels in [0, 1]: what torchvision standardises with
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
HALF = 0.5


class Shift(nn.Module):
    """Adds a constant to each channel; 0 unless weights ask for one. Part of the state, so that a run keeps it."""

    shift: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("shift", torch.zeros(1, channels, 1, 1))

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs + self.shift


def expect_half(stem: nn.Module, channels: int) -> Shift:
    """Makes ``stem``, trained on (pixel - 0.5) / 0.5, take (pixel - MEAN) / STD after the ``Shift`` that is returned.

    (x * STD + MEAN - 0.5) / 0.5 = (x + (MEAN - 0.5) / STD) * STD / 0.5: the factor goes into the weights. Other than
    three channels get the mean of the three constants.
    """
    assert isinstance(stem, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    mean, std = torch.tensor(MEAN), torch.tensor(STD)
    shift = Shift(channels)
    constants = (mean - HALF) / std
    with torch.no_grad():
        stem.weight.mul_((std / HALF).view(1, -1, 1, 1))
        shift.shift.copy_((constants if channels == len(MEAN) else constants.mean().expand(channels)).view(1, -1, 1, 1))
    return shift
