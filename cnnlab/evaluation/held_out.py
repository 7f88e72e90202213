"""Images of a run's own test split, as the network saw them."""

from __future__ import annotations

from torch import Tensor

from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def held_out_image(journal: Journal, home: Home, index: int) -> Tensor:
    """[1, C, H, W] uint8. ``index`` counts in the test split. Raises ``LabError`` ("no_such_index")."""
    test = dataset_of(journal, home).test
    if not 0 <= index < len(test):
        raise LabError("no_such_index", field="--index", value=index, limit=len(test) - 1)
    batch = next(iter(test.batches(1, seed=None, start=index)))
    return batch.inputs
