"""``Network``: a body with its preprocessing inside, so that nothing can forget to normalise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnnlab.models.layouts import Layout


@dataclass(frozen=True)
class Body:
    """What an architecture builds: a module, the names of the layers whose maps explain it (deepest last), and of those
    that are the head: they are new for each task, and the rest, the backbone, is what fine-tuning keeps.
    ``layout``: of what the attribution layers give, see ``cnnlab.models.layouts``; the entry states it as the fact
    "attribution".
    """

    module: nn.Module
    attribution_layers: tuple[str, ...]
    head: tuple[str, ...] = ("output",)
    layout: Layout = "maps"


class Network(nn.Module):
    """Takes pixels as they are stored (uint8) or as floats in [0, 1]; standardises, then runs the body.

    The statistics are buffers: a checkpoint, an export and an explanation carry them along.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, body: Body, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.body = body.module
        self.attribution_layers = tuple(f"body.{name}" for name in body.attribution_layers)
        self.layout = body.layout
        self.head = tuple(f"body.{name}" for name in body.head)
        self.register_buffer("mean", torch.tensor(list(mean), dtype=torch.float32).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(list(std), dtype=torch.float32).view(1, -1, 1, 1))

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] uint8, or float in [0, 1] -> raw outputs [N, outputs]."""
        if inputs.dtype == torch.uint8:
            inputs = unit(inputs)
        return self.body((inputs - self.mean) / self.std)


def unit(inputs: Tensor) -> Tensor:
    """uint8 pixels as floats in [0, 1], in the memory format they have."""
    return inputs.float().div_(255.0)
