"""What a run's network said of a whole split, as arrays: what mistakes are looked for in. No torch on import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyarrow import Table  # type: ignore[import-untyped]

from cnnlab.data.types import Progress
from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.label_issues import LabelIssues, label_issues
from cnnlab.evaluation.predictions import file_of
from cnnlab.evaluation.stored import stored_table
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

_NEEDED = ("label", "prediction", "probabilities")


@dataclass(frozen=True)
class Judged:
    """N samples in the split's order, C classes. Not to be changed: shared between sessions."""

    names: tuple[str, ...]  # [C]
    files: Sequence[str]  # [N] what the source calls each
    labels: NDArray[np.int64]  # [N], -1 where unknown
    predictions: NDArray[np.int64]  # [N]
    probabilities: NDArray[np.float32]  # [N, C]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """[N] the probability of the predicted class."""
        return self.probabilities[np.arange(len(self)), self.predictions]

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        return (self.labels >= 0) & (self.labels < len(self.names))

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        return self.known & (self.labels != self.predictions)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        return self.known & (self.labels == self.predictions)

    @cached_property
    def issues(self) -> LabelIssues:
        return label_issues(self.labels, self.probabilities)


def judged(journal: Journal, home: Home, *, split: str = "test", progress: Progress | None = None) -> Judged:
    """Read from the disk; measured anew where the stored predictions are gone or damaged.

    Raises ``RunError``: "run_in_training" (nobody looks at the test split before the end), "unknown_split",
    "model_missing", "model_broken"; ``DataError`` ("no_test_split", "split_is_empty"); ``LabError``
    ("predicts_no_classes") for a task without classes.
    """
    if not journal.status().state.is_final:
        raise RunError("run_in_training", value=journal.run_id)
    names = Card.read(journal.folder).outputs.class_names
    table = _read(journal.folder, split)
    if table is None:
        from cnnlab.evaluation.evaluate import ensure_measured  # torch

        ensure_measured(journal, home, split, progress=progress, damaged=True)
        table = _read(journal.folder, split)
    if table is None or not names:
        raise LabError("predicts_no_classes", value=journal.run_id)
    count = len(table)
    files = table["file"].to_pylist() if "file" in table.column_names else [str(place) for place in range(count)]
    shares = table["probabilities"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return Judged(
        names=names,
        files=files,
        labels=table["label"].to_numpy().astype(np.int64),
        predictions=table["prediction"].to_numpy().astype(np.int64),
        probabilities=shares.astype(np.float32, copy=False).reshape(count, len(names)),
    )


def _read(folder: Path, split: str) -> Table | None:
    """``None`` for a file that is not there, is damaged, of other weights, or lacks what is needed."""
    file_of(split)  # raises for what is none
    try:
        table = stored_table(folder, split)
    except (FileNotFoundError, RunError):
        return None
    if not set(_NEEDED) <= set(table.column_names):
        return None
    return table
