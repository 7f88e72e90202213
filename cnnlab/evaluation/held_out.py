"""Images of a run's own splits, the test split unless another is asked for, as the network saw them."""

from __future__ import annotations

from torch import Tensor

from cnnlab.data.load import Dataset
from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import samples_of, split_predictions
from cnnlab.evaluation.selection import select
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def image_at(dataset: Dataset, index: int, split: str = "test") -> Tensor:
    """[1, C, H, W] uint8 of one of the dataset's splits. Raises ``LabError``: "no_such_index", "unknown_split"."""
    samples = samples_of(dataset, split)
    if not 0 <= index < len(samples):
        raise LabError("no_such_index", field="--index", value=index, limit=len(samples) - 1)
    return samples.pick([index]).inputs


def picked_indices(
    journal: Journal,
    home: Home,
    pick: str,
    place: int,
    count: int,
    *,
    true_class: int | None = None,
    predicted_class: int | None = None,
    split: str = "test",
) -> list[int]:
    """Up to ``count`` of those picked, from ``place`` (from 0) on: at least one.

    Raises ``LabError`` ("unknown_pick", "no_such_pick"), and what ``split_predictions`` raises.
    """
    columns = split_predictions(journal, home, split)
    places = select(columns, pick, true_class=true_class, predicted_class=predicted_class)
    if not 0 <= place < len(places):
        raise LabError("no_such_pick", field="--place", value=place, count=len(places), pick=pick)
    return places[place : place + max(1, count)]
