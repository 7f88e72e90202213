"""What a network is made of: layer by layer its shapes, parameters, multiply-accumulates, activation memory and
receptive field, without computing or allocating anything.

Multiply-accumulates are those of convolutions, linear layers and the products of attention, of one sample; biases,
norms and activations are left out, as papers count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.receptive import Receptive
from cnnlab.models.receptive_layout import tensors
from cnnlab.models.receptive_ops import Fields

PREFIX = "body."  # of the names in a Network, which a reader can do without

# what does its work in one, whatever it is made of
_WHOLES = (nn.MultiheadAttention, nn.RNNBase)


@dataclass(frozen=True)
class InspectedLayer:
    """Shapes are those of one sample. ``receptive``: None where it can't be derived, never a guess."""

    name: str
    type: str  # of the module, such as "Conv2d"
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int  # its own; shared ones count where they are first used
    macs: int
    activation_bytes: int  # what it keeps for the backward pass that nothing before it keeps, in float32
    receptive: Receptive | None

    @property
    def group(self) -> str:
        """The part of the network that it belongs to: "layer1" of "layer1.0.conv1"."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class InspectedGroup:
    """Neighbouring layers of one part of the network, taken together."""

    name: str
    layers: int
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    activation_bytes: int
    receptive: Receptive | None  # of the last layer


@dataclass(frozen=True)
class Inspection:
    """``rows`` in the order in which they compute. The totals are those of the network."""

    rows: tuple[InspectedLayer, ...]
    parameters: int
    macs: int
    activation_bytes: int

    def groups(self) -> tuple[InspectedGroup, ...]:
        """``rows`` by their parts, in order."""
        parts: dict[str, list[InspectedLayer]] = {}
        for row in self.rows:
            parts.setdefault(row.group, []).append(row)
        return tuple(_together(name, rows) for name, rows in parts.items())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def inspect(spec: ModelSpec, kind: InputKind, outputs: int) -> Inspection:
    """The network of ``spec`` for inputs of ``kind``. Raises what ``build_network`` raises."""
    bare = spec.model_copy(update={"pretrained": False})  # the weights' values say nothing of their number
    channels = kind.shape[0]
    with torch.device("meta"):
        network = build_network(bare, kind, outputs, (0.0,) * channels, (1.0,) * channels)
    return inspect_network(network, kind)


def inspect_network(network: Network, kind: InputKind) -> Inspection:
    """``network`` is on the meta device, or pays for one forward pass of a single input. It is left as it was."""
    rows = tuple(_recorded(network, kind).rows())
    return Inspection(
        rows,
        sum(parameter.numel() for parameter in network.parameters()),
        sum(row.macs for row in rows),
        sum(row.activation_bytes for row in rows),
    )


def receptive_fields(network: Network, kind: InputKind) -> dict[str, Receptive | None]:
    """Of what each module of ``network`` gives, blocks included; see ``inspect_network`` for its cost."""
    recorder = _recorded(network, kind)
    return {name.removeprefix(PREFIX): note.receptive for name, note in recorder.called()}


def places(network: Network, kind: InputKind) -> dict[str, tuple[int, int]]:
    """The dimensions that rows and columns run along in what each module gives, where that is known: (2, 3) of maps,
    (1, 2) of maps with their channels last, (1, 1) of tokens. Names are full ones.
    """
    recorder = _recorded(network, kind)
    return {name: note.places for name, note in recorder.called() if note.places is not None}


def _recorded(network: Network, kind: InputKind) -> _Recorder:
    modes = {module: module.training for module in network.modules()}
    network.eval()
    # with gradients: without them PyTorch fuses a transformer's layer into one operation that can't be counted
    inputs = torch.zeros((1, *kind.shape), device=network.mean.device, requires_grad=True)
    try:
        with torch.enable_grad(), _Recorder(network, inputs) as recorder:
            network(inputs)
    finally:
        for module, training in modes.items():
            module.training = training
    return recorder


@dataclass
class _Note:
    """What is known of a module so far."""

    module: nn.Module
    leaf: bool
    macs: int = 0
    activation_bytes: int = 0
    input_shape: tuple[int, ...] = ()
    output_shape: tuple[int, ...] = ()
    receptive: Receptive | None = None
    places: tuple[int, int] | None = None


class _Recorder(TorchDispatchMode):
    """Sees every operation of a forward pass, and which module asked for it."""

    def __init__(self, network: nn.Module, inputs: Tensor) -> None:
        super().__init__()
        self._network = network
        self._fields = Fields(inputs)
        self._notes = dict(_notes(network))
        self._order: list[str] = []
        self._inside: list[str] = []
        self._handles: list[Any] = []
        self._kept: dict[int, Any] = {}  # storages by their address, alive so that none lends its own to another
        self._weights = {t.untyped_storage()._cdata for t in (*network.parameters(), *network.buffers())}
        self._saving = torch.autograd.graph.saved_tensors_hooks(self._keep, lambda tensor: tensor)

    def __enter__(self) -> _Recorder:
        for name, note in self._notes.items():
            before, after = self._entering(name), self._leaving(name)
            self._handles.append(note.module.register_forward_pre_hook(before, with_kwargs=True))
            self._handles.append(note.module.register_forward_hook(after, with_kwargs=True))
        self._saving.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._saving.__exit__(*error)
        for handle in self._handles:
            handle.remove()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = operation(*args, **(kwargs or {}))
        count = flop_registry.get(operation.overloadpacket)
        if count is not None and self._inside:
            # two operations each: a product and a sum
            self._notes[self._inside[-1]].macs += int(count(*args, **(kwargs or {}), out_val=result)) // 2
        self._fields.follow(operation, args, result)
        return result

    def _keep(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._weights and storage._cdata not in self._kept and self._inside:
            self._kept[storage._cdata] = storage
            self._notes[self._inside[-1]].activation_bytes += storage.nbytes()
        return tensor

    def _entering(self, name: str) -> Any:
        def hook(module: nn.Module, args: Any, kwargs: Any) -> None:  # noqa: ARG001  # torch's signature
            self._inside.append(name)
            note = self._notes[name]
            if name not in self._order:
                self._order.append(name)
                note.input_shape = _shape(next(tensors([args, list(kwargs.values())]), None))

        return hook

    def _leaving(self, name: str) -> Any:
        def hook(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            self._inside.pop()
            note, first = self._notes[name], next(tensors(_listed(output)), None)
            given = next(tensors([args, list(kwargs.values())]), None)
            if first is None or given is None:
                return
            if _sees_everything(module, first):
                self._fields.see_everything(given, _listed(output))
            note.output_shape = _shape(first)
            note.receptive = self._fields.receptive(first)
            note.places = self._fields.places(first)

        return hook

    def _weights_by_user(self) -> dict[str, list[nn.Parameter]]:
        """Of each module; of one that was not called itself, with those of the module around it that was."""
        weights: dict[str, list[nn.Parameter]] = {}
        for name, note in self._notes.items():
            user = name
            while user and user not in self._order:
                user = user.rpartition(".")[0]
            own = note.module.parameters(recurse=note.leaf)
            weights.setdefault(user or name, []).extend(own)
        return weights

    def called(self) -> Iterable[tuple[str, _Note]]:
        return ((name, self._notes[name]) for name in self._order)

    def rows(self) -> Iterable[InspectedLayer]:
        """Layers, and of what is made of layers that which has weights or products of its own."""
        seen: set[int] = set()
        weights = self._weights_by_user()
        for name in [*self._order, *(name for name in weights if name not in self._order)]:
            note = self._notes[name]
            own = {id(p): p.numel() for p in weights.get(name, []) if id(p) not in seen}
            seen |= own.keys()
            parameters = sum(own.values())
            computes = note.leaf and name in self._order and bool(name)
            if not (computes or parameters or note.macs or (name and note.activation_bytes)):
                continue
            yield InspectedLayer(
                name.removeprefix(PREFIX),
                type(note.module).__name__,
                note.input_shape,
                note.output_shape,
                parameters,
                note.macs,
                note.activation_bytes,
                note.receptive,
            )


def _notes(network: nn.Module) -> Iterable[tuple[str, _Note]]:
    inside: list[str] = []
    for name, module in network.named_modules():
        if any(name.startswith(f"{whole}.") for whole in inside):
            continue
        leaf = isinstance(module, _WHOLES) or not list(module.children())
        if leaf:
            inside.append(name)
        yield name, _Note(module, leaf)


def _sees_everything(module: nn.Module, output: Tensor) -> bool:
    """Recurrent layers, and pooling down to one position."""
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        return tuple(output.shape[-2:]) == (1, 1)
    return isinstance(module, nn.RNNBase)


def _shape(tensor: Tensor | None) -> tuple[int, ...]:
    """Of one sample; windows and heads that took the place of the batch are part of it."""
    if tensor is None:
        return ()
    return tuple(tensor.shape[1:]) if tensor.ndim and tensor.shape[0] == 1 else tuple(tensor.shape)


def _listed(output: Any) -> Any:
    return list(output.values()) if isinstance(output, dict) else output


def _together(name: str, rows: list[InspectedLayer]) -> InspectedGroup:
    computed = [row for row in rows if row.output_shape]
    last = computed[-1] if computed else rows[-1]
    return InspectedGroup(
        name,
        len(rows),
        last.output_shape,
        sum(row.parameters for row in rows),
        sum(row.macs for row in rows),
        sum(row.activation_bytes for row in rows),
        last.receptive,
    )
