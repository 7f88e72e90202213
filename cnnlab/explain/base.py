"""The contract of an explanation method: a data file and a code file in ``methods``.

The data file states in ``facts``: ``order``, ``paper``, ``year``, ``cost`` ("instant" or "slow"), ``signed`` (whether
the map at default options says "against" as well as "for") and ``layers`` (whether the method looks at one layer);
in ``texts``: ``title``, ``summary`` and ``limits``, what the map does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from torch import Tensor

from cnnlab.models.network import Network
from cnnlab.registry import Entry, checked, registry, unknown_name

Score = Callable[[Tensor], Tensor]
"""Raw outputs of the network -> [N]: the number that is explained (see ``Task.score``)."""


class Attribute(Protocol):
    def __call__(
        self, network: Network, inputs: Tensor, score: Score, *, layer: str | None = None, **options: Any
    ) -> Tensor:
        """[N, H, W] float32, signed, not normalised; ``inputs``: [N, C, H, W] uint8, or float in [0, 1]."""
        ...


def method_entry(name: str) -> Entry:
    """Raises ``LabError`` ("unknown_explainer")."""
    known = registry("explainer")
    if name not in known:
        raise unknown_name("explainer", name, list(known), field="--method")
    return known[name]


def methods_for(network: Network) -> list[str]:
    """The methods that can explain ``network``: those that look at a layer need one with maps."""
    known = registry("explainer")
    return [name for name in known if network.attribution_layers or not known[name].facts["layers"]]


def method_options(entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
    """Completed and checked. Raises ``ExperimentError`` with fields such as "saliency.abs"."""
    return checked(entry.options, given, entry.name)


def attribute_of(name: str) -> Attribute:
    """The code of one method, imported now."""
    return cast(Attribute, registry("explainer").module(name).attribute)
