"""Reading a sequence step by step: [N, T, features] -> [N, T, hidden]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class Rows(nn.Module):
    """The rows of the maps as the steps of a sequence: [N, C, H, W] -> [N, H, C x W]."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.permute(0, 2, 1, 3).flatten(2)


class GatedReader(nn.GRU):
    """Gated recurrent units (Cho et al. 2014). Gives the outputs alone, as other layers do."""

    def forward(self, sequence: Tensor) -> Tensor:  # type: ignore[override]
        return _in_float32(super().forward, sequence)


class MemoryReader(nn.LSTM):
    """Long short-term memory (Hochreiter, Schmidhuber 1997). Gives the outputs alone, as other layers do."""

    def forward(self, sequence: Tensor) -> Tensor:  # type: ignore[override]
        return _in_float32(super().forward, sequence)


def _in_float32(read: Callable[[Tensor], Any], sequence: Tensor) -> Tensor:
    """A state that passes through every step gathers what bfloat16 rounds away, and not every device has these
    kernels in it.
    """
    device = sequence.device.type
    if device != "meta" and torch.is_autocast_enabled(device):
        with torch.autocast(device, enabled=False):
            return read(sequence.float())[0]
    return read(sequence)[0]


def reader(cell: str, features: int, hidden: int, *, bidirectional: bool) -> nn.Module:
    """``cell``: "gru" or "lstm". ``bidirectional``: the sequence is read from both ends; outputs are twice as many."""
    kind: Any = GatedReader if cell == "gru" else MemoryReader
    return kind(features, hidden, batch_first=True, bidirectional=bidirectional)


class MeanOfSteps(nn.Module):
    """[N, T, C] -> [N, C]."""

    def forward(self, sequence: Tensor) -> Tensor:
        return sequence.mean(1)
