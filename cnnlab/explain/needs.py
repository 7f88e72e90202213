"""What an explanation method needs of a network, by the names that data files state in ``needs``."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.explain.attribution.attention import attends
from cnnlab.explain.attribution.suitable import rectified_by_relu, rescalable
from cnnlab.models.network import Network
from cnnlab.registry import Entry


def _maps(network: Network) -> bool:
    return bool(network.attribution_layers)


CHECKS: dict[str, Callable[[Network], bool]] = {
    "maps": _maps,
    "relu": rectified_by_relu,
    "rescale": rescalable,
    "attention": attends,
}
"""Need -> whether a network has it. The reason in words is ``error.network_without_NEED``."""


def missing(entry: Entry, network: Network) -> str | None:
    """The first of the method's needs that ``network`` does not meet; ``None``: the method suits it."""
    return next((need for need in entry.facts.get("needs", ()) if not CHECKS[need](network)), None)
