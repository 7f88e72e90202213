"""Which layer of a network an explanation looks at."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.errors import LabError
from cnnlab.models.network import Network

PREFIX = "body."  # of the names in a Network, which a person may leave out


def choose_layer(network: Network, inputs: Tensor, layer: str | None) -> str:
    """The full name of ``layer``; of None, the deepest attribution layer whose maps have more than one place.

    ``network`` is borrowed; ``inputs``: [N, C, H, W]. Raises ``LabError``: "unknown_layer", "layer_without_extent".
    """
    candidates = list(network.attribution_layers) if layer is None else [_full_name(network, layer)]
    spatial = _with_extent(network, inputs, {*candidates, *network.attribution_layers})
    for name in reversed(candidates):
        if name in spatial:
            return name
    value = layer or ", ".join(candidates) or "–"
    known = ", ".join(name for name in network.attribution_layers if name in spatial)
    raise LabError("layer_without_extent", field="--layer", value=value[:80], known=known or "–")


def _full_name(network: Network, layer: str) -> str:
    names = {name for name, _ in network.named_modules() if name}
    for name in (layer, PREFIX + layer):
        if name in names:
            return name
    raise LabError("unknown_layer", field="--layer", value=layer[:80], known=", ".join(network.attribution_layers))


def _with_extent(network: Network, inputs: Tensor, names: set[str]) -> set[str]:
    """Those of ``names`` whose output for ``inputs`` is [N, C, H, W] with more than one place."""
    spatial: set[str] = set()

    def look(name: str) -> Any:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:  # noqa: ARG001  # torch's signature
            if isinstance(output, Tensor) and output.ndim == 4 and output.shape[-2] * output.shape[-1] > 1:
                spatial.add(name)

        return hook

    handles = [network.get_submodule(name).register_forward_hook(look(name)) for name in names]
    try:
        with torch.no_grad():
            network(inputs[:1])
    finally:
        for handle in handles:
            handle.remove()
    return spatial
