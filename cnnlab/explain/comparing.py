"""Several networks asked about the same images: which may be, and who has seen the images before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from cnnlab.data.load import Dataset
from cnnlab.data.splits import SplitIndex
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.evaluate import samples_of
from cnnlab.explain.several import MOST
from cnnlab.explain.subjects import Subject

MOST_RUNS = 4


def check_comparable(first: Card, other: Card, *, run: str, from_files: bool = False) -> None:
    """Both can be asked about the same images and know the same classes.

    Networks that take images of different sizes can: about files, and about a split of the dataset both were trained
    with. Raises ``LabError`` ("runs_differ") that names ``run``.
    """
    same_data = from_files or first.dataset_fingerprint == other.dataset_fingerprint
    if not (fits(first, other) or (same_data and first.outputs.class_names == other.outputs.class_names)):
        raise LabError("runs_differ", field="--with", value=run)


def fits(first: Card, other: Card) -> bool:
    """Whether both take the same pixels and know the same classes."""
    return (first.kind, first.outputs.class_names) == (other.kind, other.outputs.class_names)


def as_prepared(subjects: Sequence[Subject], first: Dataset, other: Dataset) -> list[Subject]:
    """``subjects``, of splits of ``first``, with the pixels of ``other``: the same dataset prepared in another size."""
    pixels = other.prepared.array("inputs")
    assert pixels is not None  # noqa: S101  # every dataset of images has some
    found = []
    for one in subjects:
        assert one.index is not None  # noqa: S101  # it is of a split
        row = int(samples_of(first, one.split).positions[one.index])
        inputs = torch.from_numpy(np.array(pixels[row])).permute(2, 0, 1).unsqueeze(0)
        found.append(replace(one, inputs=inputs))
    return found


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
