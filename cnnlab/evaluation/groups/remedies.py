"""What may help the groups and classes that a network fails: the same experiment, changed in how it draws or weighs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.evaluation.groups.gaps import FEWEST
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.paired import Pair, compare
from cnnlab.experiment import DataSpec, Experiment

_BALANCE = {
    "class_sampler": "sampler",
    "augmented_sampler": "sampler",
    "rare_augmented": "sampler",
    "class_weights": "class_weights",
    "group_sampler": "group_sampler",
    "rare_group_augmented": "group_sampler",
}
REMEDIES = tuple(_BALANCE)
BY_GROUP = ("group_sampler", "rare_group_augmented")  # need a column of the manifest
EVEN = 1.2  # largest over smallest, up to which none is called rare
RARE_MORE = ("rare_augmented", "rare_group_augmented")
# what hardly any class loses its meaning by: no flips, which letters and digits do not bear
_MILD = {"rotation": 10.0, "translation": 0.1, "scaling": 0.1, "brightness": 0.2, "contrast": 0.2}


def remedied(experiment: Experiment, name: str, by: str | None = None, columns: Sequence[str] = ()) -> Experiment:
    """``by``: the manifest's column that ``BY_GROUP`` balance, one of ``columns``.

    "augmented_sampler" draws every class as often and alters each image anew, so that the few images of a rare class
    do not come back unchanged; a run that augments already keeps how it does. "rare_augmented" alters images the more,
    the rarer their class: of a run that does not augment, those of the commonest class are left alone; of one that
    does, they get half. "rare_group_augmented" does so by groups. On Fashion-MNIST made long-tailed both helped the
    rare classes less than altering all alike, since what is altered then looks rare and what is not looks common
    (docs/benchmarks/rare_augmentation.md).

    Raises ``LabError``: "unknown_remedy", "remedy_without_column", "unknown_balance_column", "remedy_already" (the run
    was trained that way).
    """
    if name not in REMEDIES:
        raise LabError("unknown_remedy", field="--remedy", value=name[:80], known=", ".join(REMEDIES))
    if name in BY_GROUP and by is None:
        raise LabError("remedy_without_column", field="--by", value=name)
    if name in BY_GROUP and by not in columns:
        raise LabError("unknown_balance_column", field="--by", value=str(by)[:80], known=", ".join(columns) or "–")
    column = by if name in BY_GROUP else None
    changes: dict[str, Any] = {"data.balance": _BALANCE[name], "data.balance_by": column, "name": ""}
    if name in RARE_MORE:
        changes |= _more_for_rare(experiment.data)
    elif name == "augmented_sampler" and not experiment.data.augmentation.active:
        changes |= {f"data.augmentation.{transform}": size for transform, size in _MILD.items()}
    changed = experiment.changed(changes)
    if changed.data == experiment.data:
        raise LabError("remedy_already", field="--remedy", value=name)
    return changed


def applies(name: str, counts: NDArray[np.int64]) -> bool:
    """``counts``: training images of each class, or of each group for ``BY_GROUP``. Where none is rare, none is
    altered more."""
    there = counts[counts > 0]
    return name not in RARE_MORE or (len(there) > 1 and bool(there.max() > EVEN * there.min()))


def _more_for_rare(data: DataSpec) -> dict[str, Any]:
    """An experiment that varies the rare more already keeps how it does."""
    if not data.augmentation.active:
        return {f"data.augmentation.{name}": size for name, size in _MILD.items()} | {"data.common_augmentation": 0.0}
    return {"data.common_augmentation": 0.5} if data.common_augmentation == 1.0 else {}


def in_group(before: Judged, after: Judged, members: NDArray[np.bool_]) -> Pair | None:
    """``after`` (first) against ``before`` (second) on the same images of one group; ``None`` where they are others."""
    if before.files != after.files or not np.array_equal(before.labels, after.labels):
        return None
    chosen = members & before.known
    if not chosen.any():
        return None
    return compare([after.right[chosen], before.right[chosen]])[0]


def worst_group(judged: Judged, codes: NDArray[np.int64], groups: int) -> int | None:
    """The group of FEWEST images or more in which the fewest are right; ``None`` where there is none."""
    there = judged.known & (codes >= 0)
    sizes = np.bincount(codes[there], minlength=groups)
    shares = np.bincount(codes[there], weights=judged.right[there], minlength=groups) / np.maximum(sizes, 1)
    return int(np.where(sizes >= FEWEST, shares, 2.0).argmin()) if (sizes >= FEWEST).any() else None


def remedy_between(before: Experiment, after: Experiment) -> str | None:
    """Which remedy leads from the one experiment to the other, if the data are otherwise used alike."""
    apart = {"fingerprint"}
    by = after.data.balance_by
    for name in REMEDIES:
        with contextlib.suppress(LabError):
            made = remedied(before, name, by, [by] if by else [])
            if made.data.model_dump(exclude=apart) == after.data.model_dump(exclude=apart):
                return name
    return None
