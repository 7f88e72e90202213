"""A network lent to one explanation at a time, and given back as it was.

Attribution hooks modules and reads what the hooks caught: two threads in one network read each other's maps, with
no error. So each network has a lock, held for as long as it is borrowed.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)

_locks: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()
_locks_guard = threading.Lock()


@contextmanager
def borrowed(network: AnyModule) -> Iterator[AnyModule]:
    """``network`` in eval mode and at least float32, without parameter gradients, with gradients for its inputs.

    Afterwards, also after an error, modes, types, values, ``requires_grad``, ``grad`` and hooks are as they were.
    The thread that holds a network may borrow it again.
    """
    with _lock_of(network):
        before = _State.of(network)
        try:
            network.eval()
            for parameter in network.parameters():
                parameter.requires_grad_(False)
            for tensor in _floating(network):
                if torch.finfo(tensor.dtype).bits < 32:
                    tensor.data = tensor.data.float()
            with torch.inference_mode(False), torch.enable_grad(), torch.autocast(_device_type(network), enabled=False):
                yield network
        finally:
            before.restore()


def _lock_of(network: nn.Module) -> threading.RLock:
    with _locks_guard:
        return _locks.setdefault(network, threading.RLock())


def _floating(network: nn.Module) -> list[Tensor]:
    return [t for t in (*network.parameters(), *network.buffers()) if t.is_floating_point()]


def _device_type(network: nn.Module) -> str:
    return next((tensor.device.type for tensor in _floating(network)), "cpu")


@dataclass(frozen=True)
class _State:
    modes: list[tuple[nn.Module, bool]]
    parameters: list[tuple[nn.Parameter, bool, Tensor | None]]
    values: list[tuple[Tensor, Tensor]]
    hooks: list[tuple[dict[Any, Any], dict[Any, Any]]]

    @classmethod
    def of(cls, network: nn.Module) -> _State:
        return cls(
            modes=[(module, module.training) for module in network.modules()],
            parameters=[(p, p.requires_grad, p.grad) for p in network.parameters()],
            values=[(tensor, tensor.data) for tensor in _floating(network)],
            hooks=[(hooks, dict(hooks)) for module in network.modules() for hooks in _hook_tables(module)],
        )

    def restore(self) -> None:
        for module, training in self.modes:
            module.training = training
        for tensor, value in self.values:
            if tensor.dtype != value.dtype:
                tensor.data = value
        for parameter, requires_grad, grad in self.parameters:
            parameter.requires_grad_(requires_grad)
            parameter.grad = grad
        for hooks, kept in self.hooks:
            # in place: the handles that remove hooks hold on to these very tables
            hooks.clear()
            hooks.update(kept)


def _hook_tables(module: nn.Module) -> list[dict[Any, Any]]:
    return [value for name, value in vars(module).items() if "_hooks" in name and isinstance(value, dict)]
