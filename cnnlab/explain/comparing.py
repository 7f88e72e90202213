"""Several networks asked about the same images: which may be, and who has seen the images before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cnnlab.data.splits import SplitIndex
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.explain.several import MOST
from cnnlab.explain.subjects import Subject

MOST_RUNS = 4


def check_comparable(first: Card, other: Card, *, run: str) -> None:
    """Both take the same pixels and know the same classes. Raises ``LabError`` ("runs_differ") that names ``run``."""
    if not fits(first, other):
        raise LabError("runs_differ", field="--with", value=run)


def fits(first: Card, other: Card) -> bool:
    return (first.kind, first.outputs.class_names) == (other.kind, other.outputs.class_names)


def check_counts(runs: Sequence[object], images: Sequence[object]) -> None:
    """Raises ``LabError``: "too_many_runs", "too_many_images"."""
    if len(runs) > MOST_RUNS:
        raise LabError("too_many_runs", field="--with", value=len(runs), limit=MOST_RUNS)
    if len(images) > MOST:
        raise LabError("too_many_images", field="--index", value=len(images), limit=MOST)


def seen_in_training(first: Path, other: Path, subjects: Sequence[Subject]) -> list[Subject]:
    """Of ``subjects`` from a split of the run in ``first``, those that the run in ``other`` was trained with.

    Folders of runs. Of another dataset nothing is known, and nothing is said.
    """
    if Card.read(first).dataset_fingerprint != Card.read(other).dataset_fingerprint:
        return []
    splits, trained = SplitIndex.load(first / "split.npz"), SplitIndex.load(other / "split.npz").train
    return [
        one
        for one in subjects
        if one.index is not None and bool(np.isin(getattr(splits, one.split)[one.index], trained))
    ]
