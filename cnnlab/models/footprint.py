"""How large a network is and what a training step keeps in memory, counted without computing or allocating anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network


@dataclass(frozen=True)
class Footprint:
    parameters: int
    weight_bytes: int  # parameters and buffers
    activation_bytes: int  # what a forward pass of one batch keeps for the backward pass, in float32


def footprint(spec: ModelSpec, kind: InputKind, outputs: int, *, batch_size: int) -> Footprint:
    """Of the network of ``spec`` for batches of ``batch_size`` inputs. Raises what ``build_network`` raises."""
    bare = spec.model_copy(update={"pretrained": False})  # the weights' values say nothing of their number
    channels = kind.shape[0]
    with torch.device("meta"):
        network = build_network(bare, kind, outputs, (0.0,) * channels, (1.0,) * channels)
        inputs = torch.empty((max(2, batch_size), *kind.shape))
    own = [*network.parameters(), *network.buffers()]
    kept = _kept_by_forward(network, inputs, {tensor.untyped_storage()._cdata for tensor in own})
    return Footprint(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        weight_bytes=sum(tensor.numel() * tensor.element_size() for tensor in own),
        activation_bytes=kept,
    )


def _kept_by_forward(network: torch.nn.Module, inputs: Tensor, weights: set[int]) -> int:
    """Bytes of the tensors that autograd saves, each storage once and the weights not at all."""
    sizes: dict[int, int] = {}
    alive: list[Any] = []  # a storage that is freed could lend its name to another

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            sizes[storage._cdata] = storage.nbytes()
            alive.append(storage)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        network(inputs)
    return sum(sizes.values())
