"""The filters of a layer, as numbers that a picture can be made of. Importing this imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.inside.subject import PREFIX, full_name

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnlab.models.network import Network

_NAMES = ("weight", "planes", "excitation")
How = Literal["colour", "single", "mean", "channel"]


@dataclass(frozen=True)
class Filters:
    """The weights as they are: a picture chooses its scale.

    ``values``: [filters, rows, columns], or for "colour" [filters, rows, columns, 3], which look at the image's red,
    green and blue. ``how``: "single", one input channel is all there is; "mean" over the input channels; "channel",
    one of them.
    """

    layer: str
    values: NDArray[np.float32]
    how: How
    channels: int  # input channels that each filter sees
    channel: int | None = None  # the one shown


def filters(network: Network, kind: InputKind, layer: str, *, channel: int | None = None) -> Filters:
    """Of a convolution, or of a dense layer that looks at the whole image: its rows, in the image's shape.

    Raises ``LabError``: "unknown_inside_layer", "layer_without_filters", "no_such_channel".
    """
    name = full_name(network, layer)
    weights = _weights(network.get_submodule(name), kind)
    short = name.removeprefix(PREFIX)
    if weights is None:
        known = [n.removeprefix(PREFIX) for n, m in network.named_modules() if filter_count(m, kind)]
        raise LabError("layer_without_filters", field="--layer", value=short[:80], known=", ".join(known[:12]) or "–")
    channels = weights.shape[1]
    if channel is not None:
        if not 0 <= channel < channels:
            raise LabError("no_such_channel", field="--channel", value=channel, limit=channels - 1)
        return Filters(short, weights[:, channel], "channel" if channels > 1 else "single", channels, channel)
    if channels == 1:
        return Filters(short, weights[:, 0], "single", 1)
    if channels == 3 and kind.shape[0] == 3 and _is_first(network, kind, name):
        return Filters(short, np.ascontiguousarray(weights.transpose(0, 2, 3, 1)), "colour", 3)
    return Filters(short, weights.mean(1), "mean", channels)


def first_filters(network: Network, kind: InputKind) -> str:
    """The name of the first layer with filters. Raises ``LabError`` ("no_filters") where there is none."""
    for name, module in network.named_modules():
        if filter_count(module, kind):
            return name.removeprefix(PREFIX)
    raise LabError("no_filters", field="--layer")


def filter_count(module: nn.Module, kind: InputKind) -> int:
    """How many filters of ``module`` can be drawn."""
    weights = _own(module)
    return 0 if weights is None or not (weights.ndim == 4 or _sees_image(weights, kind)) else int(weights.shape[0])


def _own(module: nn.Module) -> Tensor | None:
    """What it looks for: a layer's weights, or what the Neocognitron's cells are excited by."""
    own = {**dict(module.named_buffers(recurse=False)), **dict(module.named_parameters(recurse=False))}
    return next((own[name] for name in _NAMES if name in own), None)


def _sees_image(weights: Tensor, kind: InputKind) -> bool:
    return weights.ndim == 2 and weights.shape[1] == math.prod(kind.shape)


def _weights(module: nn.Module, kind: InputKind) -> NDArray[np.float32] | None:
    """[filters, channels, rows, columns]"""
    weights = _own(module)
    if weights is None or not filter_count(module, kind):
        return None
    wide = weights.detach().float().cpu()
    found: NDArray[np.float32] = (wide.reshape(-1, *kind.shape) if wide.ndim == 2 else wide).numpy().copy()
    return found


def _is_first(network: Network, kind: InputKind, name: str) -> bool:
    """Whether its three channels are the image's colours, and not three maps of a layer before it."""
    return name == PREFIX + first_filters(network, kind)
