"""Networks that have forgotten what they learned, from the output down (cascading randomisation, Adebayo et al. 2018).

A layer that forgets gets the values with which training would have begun, running statistics of normalisations
included: they are taken from a network that is built anew, so every architecture is initialised as it says itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network

DEEPEST = 8
"""So many steps from the output to the input, at most."""

_DRAWING = {
    "bernoulli", "bernoulli_", "exponential_", "multinomial", "normal", "normal_", "rand", "randint", "randn",
    "randperm", "random_", "uniform_",
    # those of torch.nn.init that come as one call
    "kaiming_normal_", "kaiming_uniform_", "orthogonal_", "sparse_", "trunc_normal_", "xavier_normal_",
    "xavier_uniform_",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One depth of the cascade."""

    units: tuple[str, ...]  # the modules that have forgotten, from the output down
    layer: str  # the lowest of them

    @property
    def depth(self) -> int:
        return len(self.units)


class _Drawing(TorchFunctionMode):
    """Draws of this thread come from one generator of our own: the global one belongs to all threads."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self._generator = generator

    def __torch_function__(
        self, function: Any, types: Any, arguments: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(named or {})
        if getattr(function, "__name__", "") in _DRAWING and given.get("generator") is None:
            given["generator"] = self._generator
        return function(*arguments, **given)


def drawn(build: Callable[[], Network], seed: int) -> Network:
    """What ``build`` makes with weights drawn from ``seed``, whatever other threads draw meanwhile."""
    with _Drawing(torch.Generator().manual_seed(seed)):
        return build().eval()


def steps(network: Network, inputs: Tensor, most: int = DEEPEST) -> list[Step]:
    """The depths to look at, from the output alone to the whole network. ``inputs``: [N, C, H, W]."""
    names = list(reversed(_units(network, inputs)))
    weighted = [place for place, name in enumerate(names) if any(True for _ in _own_parameters(network, name))]
    if not weighted:
        return []
    count = min(most, len(weighted))
    last = [weighted[round((i + 1) * len(weighted) / count) - 1] for i in range(count)]
    last[0] = weighted[0]  # the output layer alone
    ends = [*sorted(set(last))[:-1], len(names) - 1]
    return [Step(tuple(names[: end + 1]), _lowest(names, weighted, end)) for end in ends]


def forgetful(network: Network, fresh: Network, step: Step) -> Network:
    """A copy of ``network`` in which the modules of ``step`` are as in ``fresh``."""
    with borrowed(network) as net:
        forgotten = copy.deepcopy(net)
    given = fresh.state_dict()
    state = forgotten.state_dict()
    for unit in step.units:
        for name, _ in _own(forgotten, unit):
            key = f"{unit}.{name}" if unit else name
            if key in state:  # a buffer that is not stored is not learned either
                state[key].copy_(given[key])
    return forgotten.eval()


def _units(network: Network, inputs: Tensor) -> list[str]:
    """Modules with weights or buffers of their own, in the order in which a pass comes to them.

    What is never called by itself, such as the projection inside an attention, stands where the module around it is.
    """
    called: dict[str, int] = {}
    handles = []
    with borrowed(network) as net, torch.no_grad():
        for name, module in net.named_modules():
            handles.append(module.register_forward_pre_hook(partial(_call, called, name)))
        try:
            net(inputs[:1].to(net.mean.device))
        finally:
            for handle in handles:
                handle.remove()
        names = [name for name, _ in net.named_modules() if name and any(True for _ in _own(net, name))]
    order = {name: place for place, name in enumerate(names)}
    return sorted(names, key=lambda name: (_place(name, called), order[name]))


def _call(called: dict[str, int], name: str, *_: Any) -> None:
    called.setdefault(name, len(called))


def _place(name: str, called: Mapping[str, int]) -> int:
    while name and name not in called:
        name = name.rpartition(".")[0]
    return called.get(name, -1)


def _own(network: nn.Module, name: str) -> list[tuple[str, Tensor]]:
    module = network.get_submodule(name)
    return [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]


def _own_parameters(network: nn.Module, name: str) -> list[tuple[str, nn.Parameter]]:
    return list(network.get_submodule(name).named_parameters(recurse=False))


def _lowest(names: Sequence[str], weighted: Sequence[int], end: int) -> str:
    return names[max((place for place in weighted if place <= end), default=end)]
