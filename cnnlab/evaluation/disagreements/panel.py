"""What several networks said of the same test images, from the predictions that their runs stored. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyarrow import Table  # type: ignore[import-untyped]

from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import PREDICTIONS, read_table

NO_PREDICTIONS, OTHER_IMAGES = "no_predictions", "other_images"  # why a run is left out

Shares = NDArray[np.float32]


@dataclass(frozen=True)
class Panel:
    """R networks, N images in the split's order, C classes. Not to be changed: shared between sessions."""

    places: tuple[int, ...]  # [R] which of the runs that were asked for these are
    names: tuple[str, ...]  # [C]
    files: Sequence[str]  # [N] what the source calls each
    labels: NDArray[np.int64]  # [N]
    predictions: NDArray[np.int64]  # [R, N]
    probabilities: tuple[Shares, ...]  # of each network [N, C]
    left_out: dict[int, str] = field(default_factory=dict)  # place -> why

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """[R, N]"""
        return self.predictions == self.labels

    @cached_property
    def confidence(self) -> Shares:
        """[R, N] the probability that each network gives the class it says."""
        at = np.arange(len(self))
        return np.stack([p[at, said] for p, said in zip(self.probabilities, self.predictions, strict=True)])

    @cached_property
    def divergence(self) -> NDArray[np.float64]:
        """[N] Jensen-Shannon divergence (Lin 1991) of the networks' probabilities, in bits.

        0 where they say the same; log2(R) where each is sure of a class of its own.
        """
        mean = np.zeros(self.probabilities[0].shape)
        entropies = np.zeros(len(self))
        for shares in self.probabilities:  # one at a time: all of them together may be large
            exact = _normalised(shares)
            mean += exact / len(self.places)
            entropies += _entropy(exact) / len(self.places)
        return np.maximum(0.0, _entropy(mean) - entropies)

    @cached_property
    def together(self) -> NDArray[np.float64]:
        """[N, C] the mean of the probabilities: what an ensemble of the networks says."""
        return sum(_normalised(shares) for shares in self.probabilities) / len(self.places)  # type: ignore[return-value]


@dataclass(frozen=True)
class _Said:
    names: tuple[str, ...]
    table: Table

    @cached_property
    def images(self) -> tuple[object, ...]:
        """What has to be the same for two networks to have seen the same images."""
        files = tuple(self.table["file"].to_pylist()) if "file" in self.table.column_names else ()
        return (
            self.names,
            files,
            self.table["index"].to_numpy().tobytes(),
            self.table["label"].to_numpy().astype(np.int64).tobytes(),
        )


def panel_of(folders: Sequence[Path | None]) -> Panel:
    """Of the runs in ``folders``, the largest set that has the same test images; the first such of equal ones.

    Raises ``LabError`` ("nothing_in_common") where no two have.
    """
    said = {place: found for place, folder in enumerate(folders) if (found := _said(folder)) is not None}
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, one in said.items():
        groups.setdefault(one.images, []).append(place)
    places = max(groups.values(), key=len, default=[])
    if len(places) < 2:
        raise LabError("nothing_in_common", value=len(folders), count=len(said))
    left_out = {
        place: OTHER_IMAGES if place in said else NO_PREDICTIONS for place in range(len(folders)) if place not in places
    }
    tables = [said[place].table for place in places]
    names, count = said[places[0]].names, len(tables[0])
    has_files = "file" in tables[0].column_names
    return Panel(
        places=tuple(places),
        names=names,
        files=tables[0]["file"].to_pylist() if has_files else [str(place) for place in range(count)],
        labels=tables[0]["label"].to_numpy().astype(np.int64),
        predictions=np.stack([table["prediction"].to_numpy().astype(np.int64) for table in tables]),
        probabilities=tuple(_shares(table, len(names)) for table in tables),
        left_out=left_out,
    )


def _said(folder: Path | None) -> _Said | None:
    """``None`` for a run that is elsewhere, was never measured, whose file is damaged, or whose task has no classes."""
    if folder is None:
        return None
    try:
        table, names = read_table(folder / PREDICTIONS), Card.read(folder).outputs.class_names
    except (FileNotFoundError, RunError):
        return None
    needed = {"index", "label", "prediction", "probabilities"}
    return _Said(names, table) if names and len(table) and needed <= set(table.column_names) else None


def _shares(table: Table, classes: int) -> Shares:
    flat: Shares = table["probabilities"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return flat.astype(np.float32).reshape(len(table), classes)


def _normalised(shares: Shares) -> NDArray[np.float64]:
    """Summing to one in double precision: rounding would otherwise look like a disagreement."""
    exact = shares.astype(np.float64)
    return exact / exact.sum(1, keepdims=True)


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """[N] in bits."""
    logs: NDArray[np.float64] = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    return -(shares * logs).sum(1)
