"""One batch forward and backward, looked at closely: what each layer's outputs, weights and gradients are like."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from cnnlab.data.types import Batch
from cnnlab.models.network import Network
from cnnlab.tasks.base import Task

PREFIX = "body."
_RECTIFIERS = ("relu", "relu_", "hardtanh", "hardtanh_", "threshold", "threshold_")
_SATURATING = {"sigmoid": (0.01, 0.99), "tanh": (-0.99, 0.99)}  # beyond these the slope is 4 % of its largest, or less
_WHOLES = (nn.MultiheadAttention, nn.RNNBase)  # their parts are not called one by one


@dataclass(frozen=True)
class StepSeconds:
    """Of one batch in float32; the loss belongs to the forward pass."""

    forward: float
    backward: float


@dataclass(frozen=True)
class LayerSigns:
    """Of one layer with weights of its own, in a batch. Norms are Euclidean, over all its weights."""

    name: str
    type: str  # of the module, such as "Conv2d"
    weight_norm: float
    gradient_norm: float | None  # None: it does not learn by gradient
    activation_mean: float  # of its output
    activation_std: float
    dead: float | None  # share of units that a rectifier after it leaves at zero throughout the batch; None without one
    saturated: float | None  # share of values that a sigmoid or tanh after it flattens; None without one
    weighted: bool  # whether it has a matrix of weights, and not only gains and biases

    @property
    def ratio(self) -> float | None:
        """Gradient over weights: how much of itself a step of rate 1 would change."""
        return None if self.gradient_norm is None or not self.weight_norm else self.gradient_norm / self.weight_norm


@dataclass(frozen=True)
class Signs:
    """What one batch forward and backward shows of a network."""

    loss: float
    memory_bytes: int  # of the tensors that were alive at once, at most: weights, gradients, activations, the batch
    input_mean: float  # of what the body is given
    input_std: float
    layers: tuple[LayerSigns, ...]  # in the order in which they compute

    @property
    def gradient_norm(self) -> float:
        """Of all layers together; NaN where one is not finite."""
        return float(sum((layer.gradient_norm or 0.0) ** 2 for layer in self.layers) ** 0.5)


def time_step(network: nn.Module, task: Task, batch: Batch) -> StepSeconds:
    """The weights stay as they are."""
    start = _now(batch)
    loss = task.losses(task.forward(network, batch), batch)["loss"]
    middle = _now(batch)
    if loss.requires_grad:
        loss.backward()
    end = _now(batch)
    network.zero_grad(set_to_none=True)
    return StepSeconds(middle - start, end - middle)


def _now(batch: Batch) -> float:
    if batch.inputs.is_cuda:
        torch.cuda.synchronize(batch.inputs.device)
    return time.perf_counter()


def look(network: Network, task: Task, batch: Batch) -> Signs:
    """Of one forward and backward pass in training mode. Weights stay as they are; running statistics move."""
    network.train()
    network.zero_grad(set_to_none=True)
    watch = _Watch(network)
    watch.count([*network.parameters(), *network.buffers(), batch.inputs])
    try:
        with watch:
            loss = task.losses(task.forward(network, batch), batch)["loss"]
            watch.forward_ended = True
            if loss.requires_grad:
                loss.backward()
        mean, std = watch.inputs
        return Signs(float(loss.detach()), watch.memory_peak, mean, std, tuple(watch.signs()))
    finally:
        network.zero_grad(set_to_none=True)


class _Watch(TorchDispatchMode):
    """Hooks for what layers give, and every operation for memory and for what rectifiers and sigmoids do."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.inputs = (float("nan"), float("nan"))
        self.forward_ended = False
        self.memory_peak = 0
        self._memory = 0
        self._alive: dict[int, int] = {}
        self._layers = dict(_weighted(network))
        self._outputs: dict[str, tuple[float, float]] = {}
        self._dead: dict[str, float] = {}
        self._saturated: dict[str, float] = {}
        self._last: str | None = None
        self._busy = 0  # inside a layer that is looked at as a whole, or looking
        self._handles: list[Any] = [network.body.register_forward_pre_hook(self._entered)]
        for name, layer in self._layers.items():
            self._handles.append(layer.register_forward_pre_hook(self._begins))
            self._handles.append(layer.register_forward_hook(self._gives(name)))

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for handle in self._handles:
            handle.remove()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = operation(*args, **(kwargs or {}))
        self.count([result] if isinstance(result, Tensor) else result)
        if not self._busy and not self.forward_ended and isinstance(result, Tensor) and self._last is not None:
            self._after_layer(operation.overloadpacket.__name__, result, self._last)
        return result

    def count(self, tensors: Any) -> None:
        """Memory of tensors whose storage is new, until it is freed."""
        for tensor in tensors if isinstance(tensors, list | tuple) else ():
            if not isinstance(tensor, Tensor):
                continue
            storage = tensor.untyped_storage()
            if storage._cdata not in self._alive:
                self._alive[storage._cdata] = storage.nbytes()
                self._memory += storage.nbytes()
                self.memory_peak = max(self.memory_peak, self._memory)
                weakref.finalize(storage, self._freed, storage._cdata)

    def _freed(self, storage: int) -> None:
        self._memory -= self._alive.pop(storage, 0)

    def _after_layer(self, operation: str, result: Tensor, layer: str) -> None:
        if operation in _RECTIFIERS:
            with torch.no_grad():
                share = float((_by_unit(result.detach()).amax(1) <= 0).float().mean())
            self._dead[layer] = max(share, self._dead.get(layer, 0.0))
        elif (limits := _SATURATING.get(operation.removesuffix("_"))) is not None:
            with torch.no_grad():
                flat = (result.detach() < limits[0]) | (result.detach() > limits[1])
                self._saturated[layer] = max(float(flat.float().mean()), self._saturated.get(layer, 0.0))

    def _entered(self, module: nn.Module, arguments: Any) -> None:  # noqa: ARG002  # torch's signature
        self.inputs = _mean_and_std(arguments[0])

    def _begins(self, module: nn.Module, arguments: Any) -> None:  # noqa: ARG002  # torch's signature
        self._busy += 1

    def _gives(self, name: str) -> Any:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:  # noqa: ARG001  # torch's signature
            self._busy -= 1
            first = output[0] if isinstance(output, tuple | list) else output
            if isinstance(first, Tensor):
                self._busy += 1
                self._outputs[name] = _mean_and_std(first)
                self._busy -= 1
            self._last = name

        return hook

    def signs(self) -> Iterator[LayerSigns]:
        for name, (mean, std) in self._outputs.items():
            layer = self._layers[name]
            own = list(layer.parameters(recurse=isinstance(layer, _WHOLES)))
            gradients = [parameter.grad for parameter in own if parameter.grad is not None]
            yield LayerSigns(
                name=name.removeprefix(PREFIX),
                type=type(layer).__name__,
                weight_norm=_norm([parameter.detach() for parameter in own]),
                gradient_norm=_norm(gradients) if gradients else None,
                activation_mean=mean,
                activation_std=std,
                dead=self._dead.get(name),
                saturated=self._saturated.get(name),
                weighted=any(parameter.ndim > 1 for parameter in own),
            )


def _weighted(network: Network) -> Iterator[tuple[str, nn.Module]]:
    """The layers with weights of their own that have no layers inside, or are looked at as a whole."""
    wholes: list[str] = []
    for name, module in network.named_modules():
        if any(name.startswith(f"{whole}.") for whole in wholes):
            continue
        whole = isinstance(module, _WHOLES)
        if whole:
            wholes.append(name)
        if whole or (not list(module.children()) and list(module.parameters(recurse=False))):
            yield name, module


def _by_unit(output: Tensor) -> Tensor:
    """[units, all else]: maps by their channel, rows of numbers by feature, tokens by their last axis."""
    axis = 1 if output.ndim in (2, 4) else output.ndim - 1
    return output.movedim(axis, 0).flatten(1)


def _mean_and_std(values: Tensor) -> tuple[float, float]:
    with torch.no_grad():
        wide = values.detach().float()
        return float(wide.mean()), float(wide.std(correction=0))


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.stack([tensor.double().norm() for tensor in tensors]).norm())
