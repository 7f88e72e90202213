"""A network lent to one explanation at a time, and given back as it was.

Attribution hooks modules and reads what the hooks caught: two threads in one network read each other's maps, with
no error. So each network has a lock, held for as long as it is borrowed.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)

NARROW = (torch.float16, torch.bfloat16)
# of a module, those that a pass forward or backward looks into
HOOK_TABLES = tuple(
    name
    for name, value in vars(nn.Module()).items()
    if name.startswith(("_forward", "_backward")) and isinstance(value, dict)
)
_hook_tables = itemgetter(*HOOK_TABLES)


@dataclass
class _Lending:
    lock: threading.RLock = field(default_factory=threading.RLock)
    depth: int = 0  # how often the thread that holds the lock has borrowed


_lendings: weakref.WeakKeyDictionary[nn.Module, _Lending] = weakref.WeakKeyDictionary()
_guard = threading.Lock()


@contextmanager
def borrowed(network: AnyModule) -> Iterator[AnyModule]:
    """``network`` in eval mode and at least float32, without parameter gradients, with gradients for its inputs.

    Afterwards, also after an error, modes, types, values, ``requires_grad``, ``grad`` and hooks are as they were.
    The thread that holds a network may borrow it again: what is put back at the end is what was first borrowed.
    """
    lending = _lending_of(network)
    with lending.lock:
        before = _State.of(network) if lending.depth == 0 else None
        lending.depth += 1
        try:
            if before is not None:
                before.make_ready(network)
            with torch.inference_mode(False), torch.enable_grad(), torch.autocast(_device_type(network), enabled=False):
                yield network
        finally:
            lending.depth -= 1
            if before is not None:
                before.restore()


def _lending_of(network: nn.Module) -> _Lending:
    with _guard:
        return _lendings.setdefault(network, _Lending())


def _modules(network: nn.Module) -> Iterator[nn.Module]:
    """Each once, as ``network.modules()``, which spends most of its time on their names."""
    seen: set[nn.Module] = set()
    waiting = [network]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(child for child in vars(module)["_modules"].values() if child is not None)
            yield module


def _device_type(network: nn.Module) -> str:
    return next((tensor.device.type for tensor in chain(network.parameters(), network.buffers())), "cpu")


@dataclass(frozen=True)
class _State:
    """What an explanation may change, collected in one walk: of a small network the walk is a good part of the time."""

    modes: list[tuple[nn.Module, bool]]
    parameters: list[tuple[Tensor, bool, Tensor | None]]
    narrow: list[tuple[Tensor, Tensor]]  # with their data: those of fewer than 32 bits
    hooks: dict[int, dict[Any, Any]]  # by the identity of the table, of those that hold any

    @classmethod
    def of(cls, network: nn.Module) -> _State:
        state = cls([], [], [], {})
        for module in _modules(network):
            attributes = vars(module)
            state.modes.append((module, attributes["training"]))
            if any(tables := _hook_tables(attributes)):
                state.hooks.update((id(table), dict(table)) for table in tables if table)
            own = [tensor for tensor in attributes["_parameters"].values() if tensor is not None]
            state.parameters.extend((tensor, tensor.requires_grad, tensor.grad) for tensor in own)
            for tensor in (*own, *attributes["_buffers"].values()):
                if tensor is not None and tensor.dtype in NARROW:
                    state.narrow.append((tensor, tensor.data))
        return state

    def make_ready(self, network: nn.Module) -> None:
        if any(training for _, training in self.modes):
            network.eval()
        for parameter, requires_grad, _ in self.parameters:
            if requires_grad:
                parameter.requires_grad_(False)
        for tensor, value in self.narrow:
            tensor.data = value.float()

    def restore(self) -> None:
        for module, training in self.modes:
            if module.training is not training:
                module.training = training
        for tensor, value in self.narrow:
            tensor.data = value
        for parameter, requires_grad, grad in self.parameters:
            if parameter.requires_grad is not requires_grad:
                parameter.requires_grad_(requires_grad)
            if parameter.grad is not grad:
                parameter.grad = grad
        for module, _ in self.modes:
            tables = _hook_tables(vars(module))
            if self.hooks or any(tables):
                self._restore_hooks(tables)

    def _restore_hooks(self, tables: tuple[dict[Any, Any], ...]) -> None:
        for table in tables:
            kept = self.hooks.get(id(table), {})
            if table != kept:
                # in place: the handles that remove hooks hold on to these very tables
                table.clear()
                table.update(kept)
