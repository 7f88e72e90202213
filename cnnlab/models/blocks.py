"""The pieces that networks are made of, by the names that experiments use for them.

Every call makes a new module and none works in place: an explanation hooks a layer's output, and a shared or
overwritten activation would give it another layer's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from cnnlab.models.shapes import padding

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


def chain(modules: Mapping[str, nn.Module]) -> nn.Sequential:
    """The modules one after another, under their names."""
    sequence = nn.Sequential()
    for name, module in modules.items():
        sequence.add_module(name, module)
    return sequence


def convolution_block(channels: int, block: Mapping[str, Any]) -> nn.Sequential:
    """Convolution, batch normalisation, activation, pooling, dropout: as ``block`` has them."""
    before, after = padding(block)
    modules: dict[str, nn.Module] = {}
    if before != after:
        modules["pad"] = nn.ZeroPad2d((before, after, before, after))
    modules["conv"] = nn.Conv2d(
        channels,
        block["filters"],
        block["kernel_size"],
        block["stride"],
        padding=before if before == after else 0,
        bias=not block["batch_norm"],  # the normalisation would take it away again
    )
    if block["batch_norm"]:
        modules["norm"] = nn.BatchNorm2d(block["filters"])
    modules["activation"] = activation(block["activation"])
    if block["pooling"] != "none":
        modules["pool"] = pooling(block["pooling"], block["pool_size"])
    dropout(modules, "dropout", block["dropout"], channels=True)
    return chain(modules)
