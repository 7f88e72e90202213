"""A network that is a list of layers, as the designer makes them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.design import OUTPUT, CheckedLayer, checked_layers
from cnnlab.models.layers.base import MAPS
from cnnlab.models.network import Body
from cnnlab.models.sequences import DEFAULT_LAYERS
from cnnlab.models.shapes import Shape
from cnnlab.registry import registry


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],  # noqa: ARG001  # the contract's signature
    *,
    pretrained: bool,  # noqa: ARG001
    layers: list[dict[str, Any]] | None,
) -> Body:
    """``layers``: as ``cnnlab.models.design.analyse`` takes them; ``None``: three convolutions.

    Raises ``ExperimentError`` at each layer that can't be.
    """
    wanted = list(DEFAULT_LAYERS) if layers is None else layers
    found = checked_layers(wanted, Shape(*kind.shape), outputs, field="model.layers")
    modules = {layer.name: _module(layer) for layer in found}
    body = _he(chain(modules))
    return Body(body, tuple(_with_extent(found)))


def _module(layer: CheckedLayer) -> nn.Module:
    if layer.kind == OUTPUT:
        return nn.Linear(layer.given[0], layer.options["units"])
    module: nn.Module = registry("layer").module(layer.kind).build(layer.options, layer.given)
    return module


def _with_extent(layers: list[CheckedLayer]) -> list[str]:
    """Convolutions and blocks whose maps are more than a pixel: something can be shown on them."""
    found = []
    for layer, following in pairwise(layers):
        made = following.given
        if layer.kind in ("convolution", "residual_block") and len(made) == MAPS and min(made[1:]) > 1:
            found.append(layer.name)
    return found


def _he(body: nn.Sequential) -> nn.Module:
    """Kernels and hidden units start as in He et al. 2015 (fan-in, which is right for grouped kernels as well)."""
    for name, layer in body.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and name != OUTPUT:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return body
