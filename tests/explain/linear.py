"""A network whose scores are known: the logit of class 1 is linear in the pixels, that of class 0 is 0."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.data.types import Batch
from cnnlab.models.network import Body, Network
from cnnlab.tasks.base import Predictions
from cnnlab.tasks.classification import Classification


class _Linear(nn.Module):
    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        self.weights = nn.Parameter(weights)  # [C, H, W]

    def forward(self, pixels: Tensor) -> Tensor:
        score = (pixels * self.weights).sum((1, 2, 3))
        return torch.stack([torch.zeros_like(score), score], dim=1)


def linear(weights: Tensor, mean: float = 0.0) -> Network:
    """``weights``: [C, H, W], of pixels in [0, 1] less ``mean``."""
    channels = len(weights)
    return Network(Body(_Linear(weights), ()), [mean] * channels, [1.0] * channels).eval()


class Straight(Classification):
    """A task whose probabilities are the raw outputs themselves, so that curves are as straight as scores."""

    def decode(self, raw: Tensor, batch: Batch) -> Predictions:
        best, prediction = raw.max(1)
        columns: dict[str, Any] = {"prediction": prediction, "probability": best, "probabilities": raw}
        return Predictions(batch.index, columns)
