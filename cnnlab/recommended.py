"""The settings that train a network well, as its data file states them. Knows neither torch nor pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnlab.experiment import Experiment
from cnnlab.registry import registry

Read = Callable[[str], Any]
"""Dotted setting -> its value now."""


def settings(architecture: str) -> dict[str, Any]:
    """Dotted settings of ``training`` and ``data`` for ``architecture``; empty where the product's defaults are right.

    An unknown name has none: that it is unknown is said where the network is checked.
    """
    known = registry("architecture")
    return dict(known[architecture].facts.get("training", {})) if architecture in known else {}


def start(architecture: str) -> Experiment:
    """The default experiment with ``architecture`` and what is recommended for it."""
    return Experiment().changed({"model.architecture": architecture, **settings(architecture)})


def differing(architecture: str, now: Read) -> dict[str, Any]:
    """What is recommended for ``architecture`` and set otherwise."""
    return {field: value for field, value in settings(architecture).items() if now(field) != value}


def on_change(before: str, after: str, now: Read) -> dict[str, Any]:
    """The settings that choosing ``after`` in place of ``before`` brings along.

    Only those that hold a default or what was recommended for ``before``: what a person has set stays.
    """
    defaults, old, new = _defaults(), settings(before), settings(after)
    changes = {}
    for field in {**old, **new}:
        untouched = now(field) in (defaults[field], old.get(field, defaults[field]))
        wanted = new.get(field, defaults[field])
        if untouched and now(field) != wanted:
            changes[field] = wanted
    return changes


def _defaults() -> Mapping[str, Any]:
    return Experiment().flat()
