"""Which layer of a network an explanation looks at."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import torch
from torch import Tensor, nn

from cnnlab.errors import LabError
from cnnlab.explain.borrow import borrowed
from cnnlab.models.layouts import as_maps, layout_of
from cnnlab.models.network import Network

_known: weakref.WeakKeyDictionary[Network, dict[tuple[torch.Size, frozenset[str]], set[str]]]
_known = weakref.WeakKeyDictionary()
_known_guard = threading.Lock()

PREFIX = "body."  # of the names in a Network, which a person may leave out


def choose_layer(network: Network, inputs: Tensor, layer: str | None) -> str:
    """The full name of ``layer``; of None, the deepest attribution layer whose maps have more than one place.

    ``network`` is borrowed; ``inputs``: [N, C, H, W]. Raises ``LabError``: "unknown_layer", "layer_without_extent".
    A network without any maps is for the caller to refuse: see ``methods_for``.
    """
    candidates = list(network.attribution_layers) if layer is None else [_full_name(network, layer)]
    spatial = _with_extent(network, inputs, {*candidates, *network.attribution_layers})
    for name in reversed(candidates):
        if name in spatial:
            return name
    value = layer or ", ".join(candidates) or "–"
    known = ", ".join(name for name in network.attribution_layers if name in spatial)
    raise LabError("layer_without_extent", field="--layer", value=value[:80], known=known or "–")


def offered_layers(network: Network, inputs: Tensor) -> tuple[str, ...]:
    """The attribution layers whose maps have more than one place for ``inputs`` [N, C, H, W], deepest last."""
    with borrowed(network) as net:
        spatial = _with_extent(net, inputs, set(net.attribution_layers))
        return tuple(name for name in net.attribution_layers if name in spatial)


def _full_name(network: Network, layer: str) -> str:
    for name in (layer, PREFIX + layer):
        if name and not name.endswith(".") and _is_module(network, name):
            return name
    raise LabError("unknown_layer", field="--layer", value=layer[:80], known=", ".join(network.attribution_layers))


def _is_module(network: Network, name: str) -> bool:
    try:
        network.get_submodule(name)
    except AttributeError:
        return False
    return True


def _with_extent(network: Network, inputs: Tensor, names: set[str]) -> set[str]:
    """Those of ``names`` whose output for ``inputs`` [N, C, H, W] has more than one place.

    Costs a pass of one input the first time that it is asked of a network for inputs of this shape.
    """
    with _known_guard:
        known = _known.setdefault(network, {})
    asked = (inputs.shape[1:], frozenset(names))
    if asked not in known:
        known[asked] = _looked_up(network, inputs, names)
    return known[asked]


def _looked_up(network: Network, inputs: Tensor, names: set[str]) -> set[str]:
    spatial: set[str] = set()

    def look(name: str) -> Any:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:  # noqa: ARG001  # torch's signature
            if not isinstance(output, Tensor):
                return
            maps = as_maps(output, layout_of(module, network.layout), (inputs.shape[-2], inputs.shape[-1]))
            if maps is not None and maps.shape[-2] * maps.shape[-1] > 1:
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
