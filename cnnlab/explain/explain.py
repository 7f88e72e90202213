"""Explanations of predictions, one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.explain import needs
from cnnlab.explain.attribution.reading import Reading
from cnnlab.explain.base import Attributed, attributed, method_entry, method_options, methods_for
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.layers import choose_layer
from cnnlab.explain.progress import listening
from cnnlab.models.network import Network
from cnnlab.registry import Entry
from cnnlab.tasks.base import Task

BATCH = 32  # inputs explained in one pass


@dataclass(frozen=True)
class Explanation:
    map: NDArray[np.float32]  # [H, W] as the input, signed, not normalised
    method: str
    layer: str | None  # the one looked at; None for a method that looks at the input itself
    target: int
    predicted: int
    probabilities: tuple[float, ...]
    notes: Mapping[str, float] = field(default_factory=dict)  # numbers that the method says of this map


def explain(
    network: Network,
    task: Task,
    inputs: Tensor,
    *,
    target: int | None,
    method: str,
    layer: str | None,
    options: Mapping[str, Any],
    progress: Progress | None = None,
) -> Explanation:
    """What in ``inputs`` ([1, C, H, W] uint8) speaks for ``target`` (None: the predicted class).

    Safe from several threads with one network. Raises what ``explain_batch`` raises.
    """
    (found,) = explain_batch(
        network, task, inputs, targets=[target], method=method, layer=layer, options=options, progress=progress
    )
    return found


def explain_batch(
    network: Network,
    task: Task,
    inputs: Tensor,
    *,
    targets: Sequence[int | None],
    method: str,
    layer: str | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> list[Explanation]:
    """What in each of ``inputs`` ([N, C, H, W] uint8) speaks for its target (None: its predicted class).

    Raises ``LabError``: "unknown_explainer", "unknown_class", "unknown_layer", "layer_without_extent",
    "layer_not_taken", "network_without_…" (see ``needs``), and what ``registry.checked`` says of ``options``.
    """
    entry = method_entry(method)
    values = method_options(entry, options or {})
    takes_layer = bool(entry.facts["layers"])
    if layer is not None and not takes_layer:
        raise LabError("layer_not_taken", field="--layer", value=layer[:80], method=method)
    if need := needs.missing(entry, network):
        known = ", ".join(methods_for(network))
        raise LabError(f"network_without_{need}", field="--method", value=method, known=known)
    found: list[Explanation] = []
    with borrowed(network) as net, listening(progress):
        for start in range(0, len(inputs), BATCH):
            pixels = inputs[start : start + BATCH].to(net.mean.device)
            reading = Reading(task, pixels, targets[start : start + BATCH])
            chosen = choose_layer(net, pixels, layer) if takes_layer else None
            maps, notes = _maps(entry, net, task, pixels, reading, chosen, values)
            for i, target in enumerate(reading.targets):
                said = {name: float(numbers[i]) for name, numbers in notes.items()}
                read = (reading.predicted[i], reading.probabilities[i])
                found.append(Explanation(maps[i], method, chosen, target, *read, said))
    return found


def _maps(
    entry: Entry,
    network: Network,
    task: Task,
    pixels: Tensor,
    reading: Reading,
    layer: str | None,
    values: Mapping[str, Any],
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """[N, H, W], and [N] by the name of a note: at once, or one target after the other where the method expands."""
    if not entry.facts.get("unaltered"):
        reading.ask(network)
    if not entry.facts.get("expands"):
        return _arrays(attributed(entry.name, network, pixels, reading.score, layer=layer, **values))
    maps = np.empty((len(pixels), *pixels.shape[2:]), np.float32)
    notes: dict[str, NDArray[np.float32]] = {}
    for target in sorted(set(reading.targets)):
        rows = [i for i, each in enumerate(reading.targets) if each == target]
        score = partial(task.score, target=target)
        maps[rows], said = _arrays(attributed(entry.name, network, pixels[rows], score, layer=layer, **values))
        for name, numbers in said.items():
            notes.setdefault(name, np.zeros(len(pixels), np.float32))[rows] = numbers
    return maps, notes


def _arrays(found: Attributed) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    notes = {name: numbers.detach().float().cpu().numpy() for name, numbers in found.notes.items()}
    return found.maps.detach().float().cpu().numpy(), notes
