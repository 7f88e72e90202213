"""The contract of an explanation method: a data file and a code file in ``methods``.

The data file states in ``facts``: ``order``, ``paper``, ``year``, ``link``; ``cost`` ("instant": shown at once;
"seconds" and "minute": computed on request); ``signed`` (whether the map at default options says "against" as well as
"for"); ``layers`` (whether the method looks at one layer); where they hold ``expands`` (it asks the network about more
rows than it was given), ``class_free`` (its map is the same for every class), ``unaltered`` (the first scores it asks
for are those of the inputs as they are, in order) and ``needs`` (what a network must have, see ``needs``). In
``texts``: ``title``, ``summary`` and ``limits``, what the map does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from torch import Tensor

from cnnlab.explain import needs
from cnnlab.models.network import Network
from cnnlab.registry import Entry, checked, registry, unknown_name

COSTS = ("instant", "seconds", "minute")

Score = Callable[[Tensor], Tensor]
"""Raw outputs of the network -> [N]: the number that is explained (see ``Task.score``)."""


@dataclass(frozen=True)
class Attributed:
    """``maps``: [N, H, W] float32. ``notes``: by name, [N] numbers that belong to each map, such as its "gap"."""

    maps: Tensor
    notes: Mapping[str, Tensor] = field(default_factory=dict)


class Attribute(Protocol):
    def __call__(
        self, network: Network, inputs: Tensor, score: Score, *, layer: str | None = None, **options: Any
    ) -> Tensor | Attributed:
        """Signed, not normalised [N, H, W] float32; ``inputs``: [N, C, H, W] uint8, or float in [0, 1].

        ``score`` is for one class where the entry states ``expands``, else perhaps for one of each input. What takes
        long calls ``progress.report``.
        """
        ...


def method_entry(name: str) -> Entry:
    """Raises ``LabError`` ("unknown_explainer")."""
    known = registry("explainer")
    if name not in known:
        raise unknown_name("explainer", name, list(known), field="--method")
    return known[name]


def methods_for(network: Network) -> list[str]:
    """The methods that can explain ``network``, in their order."""
    return [name for name, entry in registry("explainer").items() if needs.missing(entry, network) is None]


def method_options(entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
    """Completed and checked. Raises ``ExperimentError`` with fields such as "saliency.abs"."""
    return checked(entry.options, given, entry.name)


def attributed(
    name: str, network: Network, inputs: Tensor, score: Score, *, layer: str | None = None, **options: Any
) -> Attributed:
    """What the method ``name`` finds; its code is imported now."""
    attribute = cast(Attribute, registry("explainer").module(name).attribute)
    found = attribute(network, inputs, score, layer=layer, **options)
    return found if isinstance(found, Attributed) else Attributed(found)


def attribute_of(name: str) -> Callable[..., Tensor]:
    """One method by its maps alone: takes what ``Attribute`` takes."""

    def maps(network: Network, inputs: Tensor, score: Score, *, layer: str | None = None, **options: Any) -> Tensor:
        return attributed(name, network, inputs, score, layer=layer, **options).maps

    return maps
