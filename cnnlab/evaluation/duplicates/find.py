"""Duplicates in a run's dataset, and what its test accuracy is without the test images that were trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.load import Dataset
from cnnlab.data.splits import PARTS
from cnnlab.data.types import Progress
from cnnlab.evaluation.duplicates.exact import file_digests, same_pixels
from cnnlab.evaluation.duplicates.near import MOST, near_duplicates
from cnnlab.evaluation.features import split_features
from cnnlab.evaluation.space.kept import Arrays, Kept
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

KINDS = ("file", "pixels", "near")
CHANGES = ("same", "mirrored", "cut", "mirrored_cut")


@dataclass(frozen=True)
class Pair:
    """Two samples of the dataset, by their splits and places in them. Of two splits, ``second`` is in the later one."""

    kind: str
    first: tuple[str, int]
    second: tuple[str, int]
    agreement: float  # of the pixels
    cosine: float  # of the features; NaN where identical ones were looked for only
    change: str  # one of ``CHANGES``

    @property
    def across(self) -> bool:
        return self.first[0] != self.second[0]


@dataclass(frozen=True)
class Duplicates:
    """``pairs``: those across splits first; of a group of identical images each with its first, not all with all."""

    pairs: tuple[Pair, ...]
    images: int  # looked at
    near: bool  # whether near-duplicates were looked for
    within_training: bool  # also near-duplicates of two training images

    def trained_on(self, split: str = "test") -> list[int]:
        """Places in ``split`` of images that are, nearly at least, also in the training split."""
        found = {pair.second[1] for pair in self.pairs if pair.first[0] == "train" and pair.second[0] == split}
        return sorted(found)

    def only(self, between: str | None) -> list[Pair]:
        """ "train-test" and so on, "across", "within", or all for ``None``."""
        if between is None:
            return list(self.pairs)
        if between in ("across", "within"):
            return [pair for pair in self.pairs if pair.across == (between == "across")]
        return [pair for pair in self.pairs if f"{pair.first[0]}-{pair.second[0]}" == between]


def duplicates(
    journal: Journal,
    dataset: Dataset,
    home: Home,
    *,
    within_training: bool = False,
    progress: Progress | None = None,
) -> Duplicates:
    """Kept, else looked for now and kept. Raises as ``split_features`` does.

    Identical images are looked for everywhere. Near ones: of validation and test images among all, and of training
    images too with ``within_training``.
    """
    found = kept_duplicates(journal, dataset, home, within_training=within_training)
    if found is not None:
        return found
    inputs = dataset.prepared.inputs
    where = _places(dataset)
    groups = _split_by_content(same_pixels(inputs, progress), file_digests(dataset.name, len(inputs), home))
    pairs = [pair for kind, group in groups for pair in _paired(kind, group, where)]
    looked = len(inputs) <= MOST
    if looked:
        unit = _all_features(journal, dataset, home, progress)
        learned = np.isin(np.arange(len(inputs)), dataset.split.train)
        queries = _queries(dataset, within_training)
        near = near_duplicates(inputs, unit, queries, learned=learned, progress=progress)
        pairs = _with_cosine(pairs, unit, dataset)
        known = {frozenset((pair.first, pair.second)) for pair in pairs}
        same = {place: group[0] for _, group in groups for place in group}
        for one in near:
            if not (one.first in same and same.get(one.first) == same.get(one.second)):
                change = CHANGES[one.mirrored + 2 * one.cut]
                pair = _pair("near", one.first, one.second, where, one.agreement, one.cosine, change)
                if pair is not None and frozenset((pair.first, pair.second)) not in known:
                    pairs.append(pair)
    pairs.sort(key=lambda pair: (not pair.across, KINDS.index(pair.kind), -pair.agreement, pair.second, pair.first))
    made = Duplicates(tuple(pairs), len(inputs), looked, within_training)
    _keep(_kept(journal, dataset, home, within_training), made)
    return made


def kept_duplicates(
    journal: Journal, dataset: Dataset, home: Home, *, within_training: bool = False
) -> Duplicates | None:
    found: Duplicates | None = _kept(journal, dataset, home, within_training).read(_read)
    return found


def _queries(dataset: Dataset, within_training: bool) -> NDArray[np.int64]:
    parts = PARTS if within_training else ("validation", "test")
    return np.sort(np.concatenate([getattr(dataset.split, part) for part in parts]))


def _places(dataset: Dataset) -> dict[int, tuple[str, int]]:
    """Position in the dataset -> split and place in it. A position that no split has is not there."""
    return {
        int(position): (part, place)
        for part in PARTS
        for place, position in enumerate(getattr(dataset.split, part).tolist())
    }


def _all_features(journal: Journal, dataset: Dataset, home: Home, progress: Progress | None) -> NDArray[np.float16]:
    """[N, D] of the whole dataset, in its order; 0 where a sample is in no split."""
    unit: NDArray[np.float16] | None = None
    for part in PARTS:
        positions = getattr(dataset.split, part)
        if len(positions) == 0:
            continue
        features = split_features(journal, dataset, home, part, progress=progress)
        if unit is None:
            unit = np.zeros((len(dataset.prepared.inputs), features.unit.shape[1]), np.float16)
        unit[positions] = features.unit
    assert unit is not None, "the training split is never empty"  # noqa: S101
    return unit


def _split_by_content(groups: list[list[int]], digests: list[str]) -> list[tuple[str, list[int]]]:
    """Groups of the same pixels; where all files of one are known to be the same, it is said."""
    return [("file" if digests and len({digests[k] for k in group}) == 1 else "pixels", group) for group in groups]


def _paired(kind: str, group: list[int], where: dict[int, tuple[str, int]]) -> list[Pair]:
    """Each with the first of its group, which is a training image where there is one."""
    members = sorted((k for k in group if k in where), key=lambda k: (PARTS.index(where[k][0]), where[k][1]))
    made = (_pair(kind, members[0], other, where, 1.0, float("nan"), "same") for other in members[1:])
    return [pair for pair in made if pair is not None]


def _pair(
    kind: str,
    one: int,
    other: int,
    where: dict[int, tuple[str, int]],
    agreement: float,
    cosine: float,
    change: str,
) -> Pair | None:
    if one not in where or other not in where:
        return None
    first, second = sorted((where[one], where[other]), key=lambda place: (PARTS.index(place[0]), place[1]))
    return Pair(kind, first, second, agreement, cosine, change)


def _with_cosine(pairs: list[Pair], unit: NDArray[np.float16], dataset: Dataset) -> list[Pair]:
    def row(place: tuple[str, int]) -> NDArray[np.float32]:
        return unit[int(getattr(dataset.split, place[0])[place[1]])].astype(np.float32)

    return [Pair(p.kind, p.first, p.second, p.agreement, float(row(p.first) @ row(p.second)), p.change) for p in pairs]


def _kept(journal: Journal, dataset: Dataset, home: Home, within_training: bool) -> Kept:
    return Kept("duplicates", journal, dataset, home, {"within_training": within_training, "form": 2})


def _keep(kept: Kept, found: Duplicates) -> None:
    said = {"images": found.images, "near": found.near, "within_training": found.within_training}
    parts = [(PARTS.index(p.first[0]), p.first[1], PARTS.index(p.second[0]), p.second[1]) for p in found.pairs]
    figures = [(p.agreement, p.cosine) for p in found.pairs]
    kinds = [(KINDS.index(p.kind), CHANGES.index(p.change)) for p in found.pairs]
    kept.put(
        {
            "places": np.array(parts, np.int64).reshape(-1, 4),
            "figures": np.array(figures, np.float64).reshape(-1, 2),
            "kinds": np.array(kinds, np.int64).reshape(-1, 2),
        },
        said,
    )


def _read(arrays: Arrays, said: dict[str, Any]) -> Duplicates:
    rows = zip(arrays["places"].tolist(), arrays["figures"].tolist(), arrays["kinds"].tolist(), strict=True)
    pairs = tuple(
        Pair(KINDS[kind], (PARTS[a], i), (PARTS[b], j), agreement, cosine, CHANGES[change])
        for (a, i, b, j), (agreement, cosine), (kind, change) in rows
    )
    return Duplicates(pairs, int(said["images"]), bool(said["near"]), bool(said["within_training"]))
