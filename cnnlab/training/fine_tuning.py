"""Fine-tuning: the backbone, which has learned before, waits or moves slowly while the new head learns.

Freezing follows Yosinski et al. 2014 ("How transferable are features in deep neural networks?"), first the head and
then everything Kumar et al. 2022 ("Fine-tuning can distort pretrained features"), a smaller rate for what was learned
before Howard & Ruder 2018 (ULMFiT). Nothing is kept: what is frozen follows from the epoch, so a resumed run is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from cnnlab.experiment import TrainingSpec
from cnnlab.models.network import Network


def divided(network: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The parameters of the backbone and those of the head. A network that names no head is all head."""
    backbone: list[nn.Parameter] = []
    head: list[nn.Parameter] = []
    names = _head_names(network)
    for name, parameter in network.named_parameters():
        (head if names is None or _is_within(name, names) else backbone).append(parameter)
    return backbone, head


def is_frozen(spec: TrainingSpec, epoch: int) -> bool:
    """Whether the backbone stands still in ``epoch`` (counted from 0)."""
    return epoch < spec.fine_tuning.frozen_epochs


def unfreezes_after(network: nn.Module, spec: TrainingSpec, epochs: int) -> bool:
    """Whether there is a backbone that joins once ``epochs`` are completed."""
    return 0 < spec.unfrozen_after == epochs and bool(divided(network)[0])


def remarks(network: nn.Module, spec: TrainingSpec, epochs: int) -> list[str]:
    """For a run's log, before the epoch after ``epochs``: what is frozen, and how far."""
    if not is_frozen(spec, epochs):
        return []
    backbone, head = divided(network)
    if not backbone:
        return ["this network is all head: there is no backbone to freeze"]
    until = (
        "to the end (feature extraction)" if spec.extracts_features else f"for {spec.fine_tuning.frozen_epochs} epochs"
    )
    learning = sum(parameter.numel() for parameter in head)
    return [
        f"backbone frozen {until}: {learning} of {learning + sum(p.numel() for p in backbone)} parameters are trained"
    ]


@contextmanager
def training(network: nn.Module, spec: TrainingSpec, epoch: int) -> Iterator[None]:
    """``network`` as it trains in ``epoch`` (counted from 0), its backbone frozen or not; afterwards all of it trains.

    What is frozen has no gradient, so the optimizer leaves it alone: no step, no momentum, no weight decay; and its
    batch norm and dropout are as in use. Modules that hold both backbone and head (such as the whole) stay in training
    mode, since dropout before the output is often theirs.
    """
    network.train()
    held = _held(network) if is_frozen(spec, epoch) else []
    try:
        yield
    finally:
        network.train()
        for parameter in held:
            parameter.requires_grad_(True)


def _held(network: nn.Module) -> list[nn.Parameter]:
    """Makes the backbone stand still and gives those of its parameters that moved before."""
    backbone, _ = divided(network)
    names = _head_names(network)
    held = [parameter for parameter in backbone if parameter.requires_grad]
    for name, module in network.named_modules():
        if names is not None and not _is_within(name, names) and not _holds(name, names):
            module.training = False
    for parameter in held:
        parameter.requires_grad_(False)
    return held


def _head_names(network: nn.Module) -> tuple[str, ...] | None:
    return network.head if isinstance(network, Network) else None


def _is_within(name: str, heads: tuple[str, ...]) -> bool:
    return any(name == head or name.startswith(f"{head}.") for head in heads)


def _holds(name: str, heads: tuple[str, ...]) -> bool:
    return not name or any(head.startswith(f"{name}.") for head in heads)
