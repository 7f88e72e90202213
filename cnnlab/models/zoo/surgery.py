"""What is done to a published network: other channels, fewer halvings for small images, a new output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.network import Body
from cnnlab.models.zoo.explainable import make_explainable

SMALLEST_MAP = 3  # pixels that the last map keeps of each side, where the image has them
NORM_MOMENTUM = 0.1
HEAD_STD = 0.01  # the classes start about equally likely, as torchvision starts most of its outputs


@dataclass(frozen=True)
class Plan:
    """Where a published network keeps what is adapted: names of its submodules.

    ``halvings``: those in or under which the maps are halved once, in the order the image passes them; one that
    quarters them is named twice. ``output``: the layer that gives the classes.
    """

    stem: str
    halvings: tuple[str, ...]
    output: str
    attribution_layers: tuple[str, ...]
    head: tuple[str, ...] | None = None  # None: the output alone
    smallest_map: int = SMALLEST_MAP


def adapted(network: nn.Module, plan: Plan, kind: InputKind, outputs: int) -> Body:
    """The body for inputs of ``kind``. ``network`` is changed."""
    keep_pixels(network, plan.halvings, min(kind.shape[1:]), plan.smallest_map)
    take_channels(network, plan.stem, kind.shape[0])
    new_output(network, plan.output, outputs)
    make_explainable(network)
    follow_short_trainings(network)
    return Body(network, plan.attribution_layers, plan.head or (plan.output,))


def affordable(side: int, halvings: int, smallest_map: int = SMALLEST_MAP) -> int:
    """How many of ``halvings`` leave ``smallest_map`` pixels of ``side``."""
    count = 0
    while count < halvings and side / 2 ** (count + 1) >= smallest_map:
        count += 1
    return count


def keep_pixels(network: nn.Module, halvings: Sequence[str], side: int, smallest_map: int = SMALLEST_MAP) -> None:
    """Takes away the first halvings of the map, as many as an image of ``side`` can't afford.

    The first ones, as in the networks for 32 pixels: what they lose, no later layer can find again.
    """
    removed = halvings[: len(halvings) - affordable(side, len(halvings), smallest_map)]
    for prefix in removed:
        strided = [name for name, module in network.get_submodule(prefix).named_modules() if _stride(module) > 1]
        for name in strided:
            _put(network, f"{prefix}.{name}" if name else prefix, _half_the_stride)
    if removed:
        for module in network.modules():
            if isinstance(module, nn.MaxPool2d):
                module.ceil_mode = True  # a small map can't spare the border that does not fill a window


def take_channels(network: nn.Module, name: str, channels: int) -> None:
    """A first convolution for other than three channels: grey takes the sum over the colours."""
    old = network.get_submodule(name)
    assert isinstance(old, nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    if channels == old.in_channels:
        return
    new = _convolution(old, channels=channels)
    with torch.no_grad():
        # the sum, shared out among the channels: an image of equal channels is seen as the grey one it is
        new.weight.copy_(old.weight.sum(1, keepdim=True).expand_as(new.weight) / channels)
    new.bias = old.bias
    _put(network, name, lambda _: new)


def new_output(network: nn.Module, name: str, outputs: int) -> None:
    """A new last layer, a linear one or a convolution of one pixel, for ``outputs`` classes."""
    old = network.get_submodule(name)
    assert isinstance(old, nn.Linear | nn.Conv2d)  # noqa: S101  # torchvision's layout, held by a test
    biased = old.bias is not None
    if isinstance(old, nn.Linear):
        new: nn.Linear | nn.Conv2d = nn.Linear(old.in_features, outputs, bias=biased)
    else:
        new = nn.Conv2d(old.in_channels, outputs, 1, bias=biased)
    nn.init.normal_(new.weight, 0, HEAD_STD)
    if new.bias is not None:
        nn.init.zeros_(new.bias)
    _put(network, name, lambda _: new)


def follow_short_trainings(network: nn.Module) -> None:
    """Running statistics that follow within tens of steps.

    torchvision's momentum of 0.01 and less is meant for hundreds of thousands of steps: after a few short epochs
    validation would still use the statistics of the start, and be at chance.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = NORM_MOMENTUM


def _stride(module: nn.Module) -> int:
    if not isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return 1
    return module.stride if isinstance(module.stride, int) else module.stride[0]


def _half_the_stride(module: nn.Module) -> nn.Module:
    """A convolution of half the stride that keeps the size otherwise; a pooling of stride 2 is left out."""
    if not isinstance(module, nn.Conv2d):
        return nn.Identity()
    kernel, stride = module.kernel_size[0], module.stride[0] // 2
    padding = kernel // 2 if kernel % 2 else ("same" if stride == 1 else (kernel - stride) // 2)
    new = _convolution(module, stride=stride, padding=padding)
    new.weight, new.bias = module.weight, module.bias
    return new


def _convolution(
    old: nn.Conv2d, *, channels: int | None = None, stride: int | None = None, padding: int | str | None = None
) -> nn.Conv2d:
    """A new one like ``old`` but for what is given."""
    return nn.Conv2d(
        channels or old.in_channels,
        old.out_channels,
        old.kernel_size,  # type: ignore[arg-type]
        stride or old.stride,  # type: ignore[arg-type]
        padding=old.padding if padding is None else padding,  # type: ignore[arg-type]
        groups=old.groups,
        bias=old.bias is not None,
    )


def _put(network: nn.Module, name: str, make: Callable[[nn.Module], nn.Module]) -> None:
    parent, _, child = name.rpartition(".")
    holder = network.get_submodule(parent)
    holder.register_module(child, make(holder.get_submodule(child)))
