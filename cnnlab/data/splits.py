"""Which samples train, which validate, which test: seeded, stratified, grouped, and stored with the run."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.content import Official
from cnnlab.errors import DataError
from cnnlab.experiment import Split
from cnnlab.home import write_atomically

Index = NDArray[np.int64]
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitIndex:
    """Positions in the dataset (the order of its manifest), ascending, in no two parts."""

    train: Index
    validation: Index
    test: Index

    @property
    def fingerprint(self) -> str:
        """16 hex digits that name this split."""
        digest = hashlib.sha256()
        for name in PARTS:
            part = getattr(self, name)
            digest.update(f"{name} {len(part)} ".encode())
            digest.update(np.ascontiguousarray(part, dtype="<i8").data)
        return digest.hexdigest()[:16]

    def save(self, path: Path) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, train=self.train, validation=self.validation, test=self.test)
        write_atomically(path, buffer.getvalue(), durable=True)

    @classmethod
    def load(cls, path: Path) -> SplitIndex:
        """Raises ``DataError`` ("split_broken") when the file is not what ``save`` wrote."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                parts = {name: stored[name] for name in PARTS}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DataError("split_broken", value=path.name) from error
        if any(part.ndim != 1 or part.dtype != np.int64 for part in parts.values()):
            raise DataError("split_broken", value=path.name)
        return cls(**parts)

    def fits(self, samples: int) -> bool:
        """Whether this can be a split of that many samples."""
        everything = np.concatenate([self.train, self.validation, self.test])
        if len(everything) == 0 or everything.min() < 0 or everything.max() >= samples:
            return False
        return len(np.unique(everything)) == len(everything)


def make_split(
    labels: NDArray[np.int64], official: NDArray[np.int8], spec: Split, groups: Sequence[Any] | None = None
) -> SplitIndex:
    """Official parts are kept; what the source does not split is shared out, class by class, by ``spec.seed``.

    ``groups``: one value a sample; equal values never end in different parts; "" and None are groups of their own.
    Raises ``DataError``: "split_empty" with the setting to change, "group_in_two_splits".
    """
    pool = np.flatnonzero((official == Official.NONE) | (official == Official.TRAIN))
    parts = {
        "validation": np.flatnonzero(official == Official.VALIDATION),
        "test": np.flatnonzero(official == Official.TEST),
    }
    shares = {name: getattr(spec, name) for name in parts if len(parts[name]) == 0}
    codes = None if groups is None else _codes(groups)
    if codes is not None:
        _refuse_crossing(codes, official, groups or [], str(spec.group_by))
    generator = np.random.default_rng(spec.seed)
    if codes is None:
        carved = _stratified(labels[pool], shares, generator)
    else:
        carved = _grouped(labels[pool], codes[pool], shares, generator)
    for name, positions in carved.items():
        parts[name] = np.sort(pool[positions])
    train = np.setdiff1d(pool, np.concatenate([parts["validation"], parts["test"]]))
    split = SplitIndex(train.astype(np.int64), parts["validation"].astype(np.int64), parts["test"].astype(np.int64))
    _refuse_empty(split, spec)
    return split


def _refuse_empty(split: SplitIndex, spec: Split) -> None:
    samples = len(split.train) + len(split.validation) + len(split.test)
    if len(split.train) == 0:
        raise DataError("split_empty_train", field="data.split", samples=samples)
    if len(split.validation) == 0:
        raise DataError("split_empty", field="data.split.validation", value=spec.validation, samples=samples)
    if len(split.test) == 0 and spec.test > 0:
        raise DataError("split_empty", field="data.split.test", value=spec.test, samples=samples)


def _stratified(
    labels: NDArray[np.int64], shares: dict[str, float], generator: np.random.Generator
) -> dict[str, Index]:
    """Positions by part. Each class gives its share, rounded so that the total is right too, and keeps one."""
    classes = [generator.permutation(np.flatnonzero(labels == k)) for k in np.unique(labels)]
    left = np.array([len(members) - 1 for members in classes], dtype=np.int64)
    taken = np.zeros(len(classes), dtype=np.int64)
    parts: dict[str, Index] = {}
    for name, share in shares.items():
        wanted = share * np.array([len(members) for members in classes], dtype=np.float64)
        counts = _apportioned(wanted, left - taken, generator)
        chosen = [members[t : t + n] for members, t, n in zip(classes, taken, counts, strict=True)]
        parts[name] = np.concatenate([*chosen, np.empty(0, np.int64)]).astype(np.int64)
        taken += counts
    return parts


def _apportioned(wanted: NDArray[np.float64], limits: Index, generator: np.random.Generator) -> Index:
    """Whole numbers near ``wanted`` that sum to its rounded sum where ``limits`` allow (largest remainders first)."""
    total = int(np.rint(wanted.sum()))
    if total == 0 and wanted.sum() > 0:
        total = 1
    counts: Index = np.minimum(np.floor(wanted + 1e-9).astype(np.int64), np.maximum(limits, 0))
    # ties are broken by chance: else the first classes of many would always be the ones with one more
    order = np.lexsort((generator.random(len(wanted)), -(wanted - counts)))
    for _ in range(2):  # a second pass for what the limits of some classes left over
        for k in order:
            if counts.sum() >= total:
                return counts
            if counts[k] < limits[k]:
                counts[k] += 1
    return counts


def _codes(groups: Sequence[Any]) -> Index:
    """A number a group; samples without a group get one of their own."""
    known: dict[Any, int] = {}
    return np.array(
        [known.setdefault(("", i) if group in ("", None) else (group,), len(known)) for i, group in enumerate(groups)],
        dtype=np.int64,
    )


def _refuse_crossing(codes: Index, official: NDArray[np.int8], groups: Sequence[Any], column: str) -> None:
    part = np.where(official == Official.NONE, Official.TRAIN, official)
    pairs = np.unique(np.stack([codes, part.astype(np.int64)]), axis=1)
    groups_seen, counts = np.unique(pairs[0], return_counts=True)
    if (counts > 1).any():
        first = groups[int(np.flatnonzero(codes == groups_seen[counts > 1][0])[0])]
        raise DataError("group_in_two_splits", field="data.split.group_by", value=str(first)[:80], column=column)


def _grouped(
    labels: NDArray[np.int64], codes: Index, shares: dict[str, float], generator: np.random.Generator
) -> dict[str, Index]:
    """Whole groups, the largest first, each to the part that lacks most of what the group holds."""
    _, classes = np.unique(labels, return_inverse=True)
    _, members = np.unique(codes, return_inverse=True)
    holdings = np.zeros((members.max(initial=-1) + 1, classes.max(initial=-1) + 1))
    np.add.at(holdings, (members, classes), 1.0)
    names = ["train", *shares]
    fractions = np.array([1.0 - sum(shares.values()), *shares.values()])
    target = fractions[:, None] * holdings.sum(0)[None]
    scale = np.maximum(holdings.sum(0), 1.0)
    filled = np.zeros_like(target)
    home = np.zeros(len(holdings), dtype=np.int64)
    order = np.lexsort((generator.random(len(holdings)), -holdings.sum(1)))
    for group in order:
        after, before = filled + holdings[group] - target, filled - target
        cost = ((after**2 - before**2) / scale).sum(1)
        cost[fractions <= 0.0] = np.inf
        home[group] = int(np.argmin(cost))
        filled[home[group]] += holdings[group]
    _fill_empty(home, holdings.sum(1), fractions)
    return {name: np.flatnonzero(home[members] == i) for i, name in enumerate(names) if i > 0}


def _fill_empty(home: Index, sizes: NDArray[np.float64], fractions: NDArray[np.float64]) -> None:
    """With few groups a wanted part may have got none: the smallest group of the fullest part moves there."""
    for part in np.flatnonzero(fractions > 0.0):
        if (home == part).any():
            continue
        for giver in np.argsort(-np.bincount(home, minlength=len(fractions)), kind="stable"):
            groups = np.flatnonzero(home == giver)
            if len(groups) > 1:
                home[groups[np.argmin(sizes[groups])]] = part
                break
