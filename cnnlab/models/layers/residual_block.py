"""Two convolutions around which the input is carried (He, Zhang, Ren, Sun 2016)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.activation import CLASSES
from cnnlab.models.layers.base import FROM_OUTPUT, Dimensions, Measured, Options, Window, arguments, maps_of

if TYPE_CHECKING:
    from torch import nn

_NORMS = {"batch": "nn.BatchNorm2d", "layer": "partial(nn.GroupNorm, 1)", "none": "nn.Identity"}


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "block"


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    """The window is that of the two convolutions: the shortcut sees less."""
    channels, height, width = maps_of(shape, field, "residual_block")
    filters, stride, kernel = options["filters"], options["stride"], options["kernel_size"]
    if kernel % 2 == 0:
        raise ExperimentError("even_kernel", field=f"{field}.kernel_size", value=kernel, less=kernel - 1)
    high, wide = -(-height // stride), -(-width // stride)
    if options["normalization"] == "batch" and high * wide == 1:
        raise ExperimentError("norm_of_one_pixel", field=f"{field}.normalization", value=1)
    if options["normalization"] == "layer" and filters * high * wide == 1:
        raise ExperimentError("norm_of_one_number", field=f"{field}.normalization", value="layer")
    positions, projected = high * wide, stride > 1 or channels != filters
    weights = filters * kernel**2 * (channels + filters) + (channels * filters if projected else 0)
    convolutions = 3 if projected else 2
    per_filter = 1 if options["normalization"] == "none" else 2  # a bias, or a scale and a shift
    margin = kernel // 2
    return Measured(
        shape=(filters, high, wide),
        parameters=weights + convolutions * per_filter * filters,
        macs=weights * positions,
        keeps_input=True,
        keeps_output=options["activation"] in FROM_OUTPUT,
        kept=_kept_maps(options, projected=projected) * filters * positions,
        windows=(
            (Window(kernel, stride, margin), Window(kernel, stride, margin)),
            (Window(kernel, 1, margin), Window(kernel, 1, margin)),
        ),
    )


def _kept_maps(options: Options, *, projected: bool) -> int:
    """How many stacks of maps of the output's size the backward pass needs, besides input and output."""
    between = 1  # the activation in the middle, which the second convolution keeps
    if options["normalization"] != "none":
        between += 2 + projected  # each normalisation keeps what its convolution gave
    if options["activation"] not in FROM_OUTPUT:
        between += 2  # what goes into each activation
    return between


def build(options: Options, shape: Dimensions) -> nn.Module:
    from functools import partial

    from torch import nn

    from cnnlab.models import blocks
    from cnnlab.models.layers.modules import ResidualBlock

    norms: dict[str, Callable[[int], nn.Module]] = {
        "batch": nn.BatchNorm2d,
        "layer": partial(nn.GroupNorm, 1),
        "none": nn.Identity,
    }
    return ResidualBlock(
        shape[0],
        options["filters"],
        kernel_size=options["kernel_size"],
        stride=options["stride"],
        norm=norms[options["normalization"]],
        activation=blocks.ACTIVATIONS[options["activation"]],
    )


def code(options: Options, shape: Dimensions) -> str:
    named: dict[str, object] = {}
    if options["kernel_size"] != 3:
        named["kernel_size"] = options["kernel_size"]
    if options["stride"] != 1:
        named["stride"] = options["stride"]
    if options["normalization"] != "batch":
        named["norm"] = _NORMS[options["normalization"]]
    if options["activation"] != "relu":
        named["activation"] = f"nn.{CLASSES[options['activation']]}"
    return f"ResidualBlock({arguments(shape[0], options['filters'], **named)})"
