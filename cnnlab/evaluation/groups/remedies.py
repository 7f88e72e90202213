"""What may help the groups and classes that a network fails: the same experiment, changed in how it draws or weighs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.paired import Pair, compare
from cnnlab.experiment import Experiment

REMEDIES = ("class_sampler", "class_weights", "group_sampler")
_BALANCE = {"class_sampler": "sampler", "class_weights": "class_weights", "group_sampler": "group_sampler"}


def remedied(experiment: Experiment, name: str, by: str | None = None, columns: Sequence[str] = ()) -> Experiment:
    """``by``: the manifest's column that "group_sampler" balances, one of ``columns``.

    Raises ``LabError``: "unknown_remedy", "remedy_without_column", "unknown_balance_column", "remedy_already" (the run
    was trained that way).
    """
    if name not in REMEDIES:
        raise LabError("unknown_remedy", field="--remedy", value=name[:80], known=", ".join(REMEDIES))
    if name == "group_sampler" and by is None:
        raise LabError("remedy_without_column", field="--by", value=name)
    if name == "group_sampler" and by not in columns:
        raise LabError("unknown_balance_column", field="--by", value=str(by)[:80], known=", ".join(columns) or "–")
    column = by if name == "group_sampler" else None
    changed = experiment.changed({"data.balance": _BALANCE[name], "data.balance_by": column, "name": ""})
    if changed.data == experiment.data:
        raise LabError("remedy_already", field="--remedy", value=name)
    return changed


def in_group(before: Judged, after: Judged, members: NDArray[np.bool_]) -> Pair | None:
    """``after`` (first) against ``before`` (second) on the same images of one group; ``None`` where they are others."""
    if before.files != after.files or not np.array_equal(before.labels, after.labels):
        return None
    chosen = members & before.known
    if not chosen.any():
        return None
    return compare([after.right[chosen], before.right[chosen]])[0]
