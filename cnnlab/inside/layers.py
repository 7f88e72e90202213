"""Which layers of a network can be looked at, and what there is to see in each. Importing this imports no torch."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnlab.data.types import InputKind
from cnnlab.inside.subject import PREFIX

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnlab.models.network import Network


@dataclass(frozen=True)
class SeenLayer:
    """``maps``: (maps, rows, columns) of its output for one image; a row of numbers is maps of one position."""

    name: str
    type: str  # of the module, such as "Conv2d"
    maps: tuple[int, int, int]
    filters: int  # how many it has that can be drawn; 0 for none
    part: bool  # whether it is made of other layers: a block or a stage


def layers_of(network: Network, kind: InputKind) -> tuple[SeenLayer, ...]:
    """Every layer whose output can be drawn, in the order in which they end; blocks after what is in them."""
    import torch

    from cnnlab.inside.filters import filter_count

    pixels = torch.zeros((1, *kind.shape), dtype=torch.uint8)
    modules = dict(network.named_modules())
    wanted = [name for name in modules if name.startswith(PREFIX)]
    found = outputs_of(network, pixels, wanted)
    return tuple(
        SeenLayer(
            name.removeprefix(PREFIX),
            type(modules[name]).__name__,
            (int(maps.shape[1]), int(maps.shape[2]), int(maps.shape[3])),
            filter_count(modules[name], kind),
            bool(list(modules[name].children())),
        )
        for name, maps in found.items()
    )


def outputs_of(network: Network, inputs: Tensor, names: list[str], *, gradients: bool = False) -> dict[str, Tensor]:
    """Full name -> [N, maps, rows, columns] of those modules whose output can be seen so, in the order they end.

    ``network`` is borrowed for the time. Of a layer that is used several times, the last output.
    """
    import torch

    from cnnlab.explain.borrow import borrowed

    caught = _Caught(network, inputs)
    with borrowed(network) as net:
        handles = [net.get_submodule(name).register_forward_hook(caught.hook(name)) for name in names]
        try:
            with torch.set_grad_enabled(gradients):
                net(inputs.to(net.mean.device))
        finally:
            for handle in handles:
                handle.remove()
    return caught.maps


class _Caught:
    """What hooks on layers catch, as maps, in the order in which the layers end."""

    def __init__(self, network: Network, inputs: Tensor) -> None:
        self.maps: dict[str, Tensor] = {}
        self._network = network
        self._count = len(inputs)
        self._size = (int(inputs.shape[-2]), int(inputs.shape[-1]))
        self._places = _places(network, tuple(inputs.shape[1:]))

    def hook(self, name: str) -> Any:
        from torch import Tensor

        def hook(module: nn.Module, arguments: Any, output: Any) -> None:  # noqa: ARG001  # torch's signature
            first = output[0] if isinstance(output, tuple | list) and output else output
            if not isinstance(first, Tensor) or not first.is_floating_point() or not first.ndim:
                return
            if len(first) != self._count:  # windows that took the place of the batch
                return
            maps = _as_maps(first, module, self._network, self._size, self._places.get(name))
            if maps is not None:
                self.maps.pop(name, None)
                self.maps[name] = maps

        return hook


Places = tuple[int, int]
_seen: weakref.WeakKeyDictionary[Any, dict[tuple[int, ...], dict[str, Places]]] = weakref.WeakKeyDictionary()


def _places(network: Network, shape: tuple[int, ...]) -> dict[str, Places]:
    """See ``cnnlab.models.inspection.places``; worked out once for a network and a shape of image."""
    from cnnlab.explain.borrow import borrowed
    from cnnlab.models.inspection import places

    with borrowed(network) as net:
        of_network = _seen.setdefault(net, {})
        if shape not in of_network:
            of_network[shape] = places(net, InputKind("image", shape))
        return of_network[shape]


def _as_maps(
    output: Tensor, module: nn.Module, network: Network, size: tuple[int, int], places: Places | None
) -> Tensor | None:
    """By what is known of its places, else by what the network states of its layers."""
    from cnnlab.models.layouts import as_maps, layout_of

    if output.ndim == 2:
        return output[:, :, None, None]
    stated = layout_of(module, network.layout)
    if output.ndim == 4:
        if places is not None and places[0] != places[1]:
            channels = next(d for d in (1, 2, 3) if d not in places)
            return output.permute(0, channels, *places)
        last = stated == "channels_last" and not _is_square(output.shape[2:], output.shape[1:3], size)
        return as_maps(output, "channels_last" if last else "maps", size)
    if output.ndim != 3:
        return None
    if places is not None and places[0] == places[1]:
        return as_maps(output if places[0] == 1 else output.transpose(1, 2), "tokens", size)
    # what a recurrent layer reads and says is a row of steps, not of places
    return as_maps(output, "tokens", size) if stated == "tokens" else output.transpose(1, 2)[:, :, :, None]


def _is_square(last: Sequence[int], first: Sequence[int], size: tuple[int, int]) -> bool:
    """Whether, for a square image, only the ``last`` two dimensions can be its rows and columns."""
    return size[0] == size[1] and last[0] == last[1] and first[0] != first[1]
