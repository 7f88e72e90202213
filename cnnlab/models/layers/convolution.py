"""A convolution of maps, plain, grouped, dilated, or split into a depthwise and a pointwise one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.errors import ExperimentError
from cnnlab.models.layers.base import Dimensions, Measured, Options, Window, arguments, maps_of, numbers, slide

if TYPE_CHECKING:
    from torch import nn

SAME = "same"


def prefix(options: Options) -> str:  # noqa: ARG001  # one signature for all kinds
    return "conv"


def margins(options: Options) -> tuple[int, int]:
    """Pixels added before and after each axis. "same": at stride 1 the output is as large as the input."""
    if options["padding"] != SAME:
        return int(options["padding"]), int(options["padding"])
    missing = options["dilation"] * (options["kernel_size"] - 1)
    return missing // 2, missing - missing // 2  # an even kernel needs one more after than before


def measure(options: Options, shape: Dimensions, field: str) -> Measured:
    """MACs: one for each weight and position (Sze et al. 2017, "Efficient processing of deep neural networks")."""
    channels, height, width = maps_of(shape, field, "convolution")
    _check_groups(options, channels, field)
    kernel, stride, filters = options["kernel_size"], options["stride"], options["filters"]
    extent = options["dilation"] * (kernel - 1) + 1
    before, after = margins(options)
    high, wide = (
        slide(side, extent, stride, before, after, field=f"{field}.kernel_size", value=extent)
        for side in (height, width)
    )
    positions = high * wide
    if options["separable"]:
        weights = channels * kernel**2 + channels * filters
        biases = (channels + filters) if options["bias"] else 0
        between = channels * positions  # the depthwise maps, which the pointwise convolution keeps
    else:
        weights = channels // options["groups"] * filters * kernel**2
        biases = filters if options["bias"] else 0
        between = 0
    padded = numbers((channels, height + before + after, width + before + after)) if before != after else 0
    return Measured(
        shape=(filters, high, wide),
        parameters=weights + biases,
        macs=weights * positions,
        keeps_input=before == after,
        kept=between + padded,
        windows=((Window(extent, stride, before), Window(extent, stride, before)),),
    )


def _check_groups(options: Options, channels: int, field: str) -> None:
    groups = options["groups"]
    if options["separable"] and groups != 1:
        raise ExperimentError("groups_of_separable", field=f"{field}.groups", value=groups)
    for divided in (channels, options["filters"]):
        if divided % groups:
            raise ExperimentError(
                "groups_do_not_divide",
                field=f"{field}.groups",
                value=groups,
                channels=divided,
                known=_divisors(divided),
            )


def _divisors(number: int) -> str:
    return ", ".join(str(divisor) for divisor in range(1, min(number, 64) + 1) if number % divisor == 0)


def build(options: Options, shape: Dimensions) -> nn.Module:
    from torch import nn

    channels, filters, bias = shape[0], options["filters"], options["bias"]
    before, after = margins(options)
    common = {"stride": options["stride"], "padding": before if before == after else 0}
    modules: list[nn.Module] = []
    if before != after:
        modules.append(nn.ZeroPad2d((before, after, before, after)))
    if options["separable"]:
        spread = {**common, "dilation": options["dilation"], "groups": channels, "bias": bias}
        modules.append(nn.Conv2d(channels, channels, options["kernel_size"], **spread))
        modules.append(nn.Conv2d(channels, filters, 1, bias=bias))
    else:
        spread = {**common, "dilation": options["dilation"], "groups": options["groups"], "bias": bias}
        modules.append(nn.Conv2d(channels, filters, options["kernel_size"], **spread))
    return modules[0] if len(modules) == 1 else nn.Sequential(*modules)


def code(options: Options, shape: Dimensions) -> str:
    channels, filters, kernel = shape[0], options["filters"], options["kernel_size"]
    before, after = margins(options)
    named: dict[str, object] = {}
    if options["stride"] != 1:
        named["stride"] = options["stride"]
    if before == after and before:
        named["padding"] = before
    if options["dilation"] != 1:
        named["dilation"] = options["dilation"]
    bias = {} if options["bias"] else {"bias": False}
    layers = [f"nn.ZeroPad2d(({before}, {after}, {before}, {after}))"] if before != after else []
    if options["separable"]:
        layers.append(f"nn.Conv2d({arguments(channels, channels, kernel, **named, groups=channels, **bias)})")
        layers.append(f"nn.Conv2d({arguments(channels, filters, 1, **bias)})")
    else:
        groups = {"groups": options["groups"]} if options["groups"] != 1 else {}
        layers.append(f"nn.Conv2d({arguments(channels, filters, kernel, **named, **groups, **bias)})")
    return layers[0] if len(layers) == 1 else f"nn.Sequential({', '.join(layers)})"
