"""Which networks of the registry a test goes through: all of them, most of them only in the slow suite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from cnnlab.registry import registry

LARGE = 30_000_000  # parameters from which even the smallest of a family is left to the slow suite


def smallest_of_families() -> frozenset[str]:
    """The smallest network of each family."""
    smallest: dict[Any, str] = {}
    for name, entry in sorted(registry("architecture").items(), key=lambda item: item[1].facts["parameters"]):
        smallest.setdefault(entry.facts.get("family"), name)
    return frozenset(smallest.values())


def networks(names: Iterable[str] | None = None) -> list[Any]:
    """``names`` (all) for ``pytest.mark.parametrize``: but for the smallest of each family and group they are slow."""
    entries = registry("architecture")
    smallest: dict[tuple[Any, Any], str] = {}
    for name, entry in sorted(entries.items(), key=lambda item: item[1].facts["parameters"]):
        smallest.setdefault((entry.facts.get("family"), entry.facts.get("group")), name)
    quick = {name for name in smallest.values() if entries[name].facts["parameters"] < LARGE}
    chosen = list(entries) if names is None else list(names)
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in chosen]
