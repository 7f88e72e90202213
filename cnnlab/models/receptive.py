"""How much of the input a position of a map depends on (Araujo, Norris, Sim 2019, "Computing receptive fields of
convolutional neural networks", Distill): arithmetic alone, no torch.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Receptive:
    """Of one position of a layer's map, in pixels of the input, (height, width)."""

    size: tuple[int, int]
    stride: tuple[int, int]  # between the fields of neighbouring positions
    start: tuple[float, float]  # centre of the first position's field; pixel 0 has its centre at 0
    whole: bool = False  # every position depends on the whole input, as after global pooling or attention
