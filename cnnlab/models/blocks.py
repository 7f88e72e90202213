"""The pieces that networks are made of, by the names that experiments use for them.

Every call makes a new module and none works in place: an explanation hooks a layer's output, and a shared or
overwritten activation would give it another layer's.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def activation(name: str) -> nn.Module:
    """A new activation layer: one of ``ACTIVATIONS``."""
    return ACTIVATIONS[name]()


def pooling(name: str, size: int) -> nn.Module:
    """``size`` x ``size`` pooling with that stride, "max" or "average"."""
    return nn.MaxPool2d(size) if name == "max" else nn.AvgPool2d(size)


def dropout(layers: dict[str, nn.Module], name: str, probability: float, *, channels: bool = False) -> None:
    """Adds dropout to ``layers`` when it does anything; ``channels``: whole feature maps at a time."""
    if probability > 0:
        layers[name] = nn.Dropout2d(probability) if channels else nn.Dropout(probability)
