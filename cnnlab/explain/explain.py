"""One explanation of one prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Batch
from cnnlab.errors import LabError
from cnnlab.explain.base import attribute_of, method_entry, method_options, methods_for
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.layers import choose_layer
from cnnlab.models.network import Network
from cnnlab.tasks.base import Task


@dataclass(frozen=True)
class Explanation:
    map: NDArray[np.float32]  # [H, W] as the input, signed, not normalised
    method: str
    layer: str | None  # the one looked at; None for a method that looks at the input itself
    target: int
    predicted: int
    probabilities: tuple[float, ...]


def explain(
    network: Network,
    task: Task,
    inputs: Tensor,
    *,
    target: int | None,
    method: str,
    layer: str | None,
    options: Mapping[str, Any],
) -> Explanation:
    """What in ``inputs`` ([1, C, H, W] uint8) speaks for ``target`` (None: the predicted class).

    Safe from several threads with one network. Raises ``LabError``: "unknown_explainer", "unknown_class",
    "unknown_layer", "layer_without_extent", "layer_not_taken", "network_without_maps", and what ``registry.checked``
    says of ``options``.
    """
    entry = method_entry(method)
    values = method_options(entry, options)
    takes_layer = bool(entry.facts["layers"])
    if layer is not None and not takes_layer:
        raise LabError("layer_not_taken", field="--layer", value=layer[:80], method=method)
    offered = methods_for(network)
    if method not in offered:
        raise LabError("network_without_maps", field="--method", value=method, known=", ".join(offered))
    with borrowed(network) as net:
        pixels = inputs.to(net.mean.device)
        predicted, probabilities = _predict(net, task, pixels)
        explained = _checked_target(target, len(probabilities), predicted)
        chosen = choose_layer(net, pixels, layer) if takes_layer else None
        maps = attribute_of(method)(net, pixels, lambda raw: task.score(raw, explained), layer=chosen, **values)
    return Explanation(maps[0].cpu().numpy(), method, chosen, explained, predicted, probabilities)


def _predict(network: Network, task: Task, inputs: Tensor) -> tuple[int, tuple[float, ...]]:
    batch = Batch(inputs, None, None, torch.zeros(len(inputs), dtype=torch.int64))
    with torch.no_grad():
        columns = task.decode(task.forward(network, batch), batch).columns
    return int(columns["prediction"][0]), tuple(columns["probabilities"][0].tolist())


def _checked_target(target: int | None, classes: int, predicted: int) -> int:
    if target is None:
        return predicted
    if not 0 <= target < classes:
        raise LabError("unknown_class", field="--target", value=target, known=f"0–{classes - 1}")
    return target
