"""Several runs on the same corrupted images: refused where their test splits differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.robustness.subject import IMAGES, Subject
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

MOST = 4


def subjects(run_ids: Sequence[str], home: Home, *, images: int | None = IMAGES, seed: int = 0) -> list[Subject]:
    """Raises ``LabError`` ("many_robust_runs", "other_test_split"), and what ``Subject.checked`` raises."""
    if seed < 0:
        raise LabError("too_small", field="--seed", value=seed, limit=0)
    if len(run_ids) > MOST:
        raise LabError("many_robust_runs", field="RUN", value=len(run_ids), limit=MOST)
    found = []
    for run_id in dict.fromkeys(run_ids):
        journal = Journal.open(home, run_id)
        found.append(Subject(journal, home, dataset_of(journal, home), images, seed).checked())
    for other in found[1:]:
        if not same_images(found[0], other):
            raise LabError("other_test_split", field="RUN", value=other.journal.run_id)
    return found


def same_images(first: Subject, second: Subject) -> bool:
    """Whether both are asked about the same samples of the same dataset, whatever size they see them in."""
    return first.dataset.fingerprint == second.dataset.fingerprint and np.array_equal(first.positions, second.positions)
