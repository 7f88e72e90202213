"""Which images to look at first, of those that several networks were asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.disagreements.panel import Panel

ORDERS = ("divided", "only_one_right", "all_wrong")


@dataclass(frozen=True)
class Filter:
    """``label``: the true class. ``right``, ``wrong``: networks, by their places in the panel, that must be so."""

    label: int | None = None
    right: tuple[int, ...] = ()
    wrong: tuple[int, ...] = ()


def found(panel: Panel, order: str, only: Filter | None = None) -> list[int]:
    """Images by their places in the split, those that say most first.

    "divided": not all say the same class, by their divergence. "only_one_right": one network alone knows it, by the
    divergence too. "all_wrong": no network knows it, by how little they give the true class on average.
    Raises ``LabError`` ("unknown_order").
    """
    if order not in ORDERS:
        raise LabError("unknown_order", field="--order", value=order[:80], known=", ".join(ORDERS))
    rights = panel.right.sum(0)
    fits = {
        "divided": (panel.predictions != panel.predictions[0]).any(0),
        "only_one_right": rights == 1,
        "all_wrong": (rights == 0) & (panel.labels >= 0),
    }[order] & _fits(panel, only or Filter())
    places = np.flatnonzero(fits)
    weight = panel.together[places, panel.labels[places]] if order == "all_wrong" else -panel.divergence[places]
    return [int(place) for place in places[np.argsort(weight, kind="stable")]]


def counts(panel: Panel) -> dict[str, int]:
    """How many images each order has, and "all_right"."""
    rights = panel.right.sum(0)
    return {
        "all_right": int((rights == len(panel.places)).sum()),
        **{order: len(found(panel, order)) for order in ORDERS},
    }


def _fits(panel: Panel, only: Filter) -> NDArray[np.bool_]:
    fits = np.ones(len(panel), bool)
    if only.label is not None:
        fits &= panel.labels == only.label
    for place in only.right:
        fits &= panel.right[place]
    for place in only.wrong:
        fits &= ~panel.right[place] & (panel.labels >= 0)
    return fits


def pattern(panel: Panel, runs: Sequence[str], right: Sequence[str], wrong: Sequence[str]) -> Filter:
    """``runs``: the ids that were asked for. Raises ``LabError`` ("run_not_among", "right_and_wrong")."""
    known = {runs[place]: number for number, place in enumerate(panel.places)}
    for run_id in (*right, *wrong):
        if run_id not in known:
            raise LabError("run_not_among", field="--right, --wrong", value=run_id[:80], known=", ".join(known))
    if both := set(right) & set(wrong):
        raise LabError("right_and_wrong", field="--right, --wrong", value=", ".join(sorted(both)))
    return Filter(right=tuple(known[one] for one in right), wrong=tuple(known[one] for one in wrong))
