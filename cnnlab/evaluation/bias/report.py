"""A dataset looked through for bias before training: all that it offers to group or to guess by, the worst first.

What is tested is tested on the training split, since that is what a network learns from; the splits are compared by
whom they hold. Tests of one family are corrected by Holm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cnnlab.data.splits import PARTS, SplitIndex
from cnnlab.data.store import Prepared
from cnnlab.data.types import Progress
from cnnlab.evaluation.bias import findings
from cnnlab.evaluation.bias.dependence import Dependence, dependence
from cnnlab.evaluation.bias.findings import Finding
from cnnlab.evaluation.bias.guess import DRAWS, Codes, Guess, guess
from cnnlab.evaluation.bias.sources import Identity, Source, of_grouping, sources
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.evaluation.kept_results import KeptResult
from cnnlab.evaluation.paired import holm
from cnnlab.home import Home

FORM = 2  # raise it when the same dataset gives other findings
MOST = 20_000  # training images that guesses are made of, evenly spread


@dataclass(frozen=True)
class Looked:
    """One thing that the class was guessed from; ``share`` is ``None`` where there were too few images to tell."""

    source: str
    kind: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    adjusted: float | None = None  # p of the guess, Holm's over all of them
    v: float | None = None  # Cramér's, of class and group, where there are groups


@dataclass(frozen=True)
class Bias:
    """``findings`` and ``looked``: the worst first."""

    findings: tuple[Finding, ...]
    looked: tuple[Looked, ...]
    images: int  # training images that were looked at


def bias(prepared: Prepared, split: SplitIndex, home: Home, *, progress: Progress | None = None) -> Bias:
    """Kept, else found now and kept."""
    found = kept_bias(prepared, split, home)
    if found is None:
        index = _spread(split.train)
        offered, identities = sources(prepared, index)
        found = _examined(prepared, split, index, offered, identities, progress)
        _kept(prepared, split, home).write(asdict(found))
    return found


def kept_bias(prepared: Prepared, split: SplitIndex, home: Home) -> Bias | None:
    return _kept(prepared, split, home).read(_bias_of)


def of_grouping_alone(prepared: Prepared, split: SplitIndex, grouping: Grouping) -> Bias:
    """One grouping, such as a pattern or a table of the reader's: what it gives away, whom it leaves out."""
    index = _spread(split.train)
    found = _examined(prepared, split, index, [of_grouping(grouping, index)], [], None)
    own = tuple(one for one in found.findings if one.source == grouping.name)
    return Bias(own, found.looked, found.images)


def by_class(prepared: Prepared, split: SplitIndex, grouping: Grouping) -> Dependence:
    """[classes, groups] training images."""
    labels = np.asarray(prepared.targets)[split.train]
    shape = (len(prepared.class_names), len(grouping.groups))
    return dependence(labels, grouping.codes[split.train], shape)


def by_split(split: SplitIndex, grouping: Grouping) -> Dependence:
    """[groups, PARTS] images."""
    parts = np.full(len(grouping.codes), -1, dtype=np.int64)
    for number, part in enumerate(PARTS):
        parts[getattr(split, part)] = number
    return dependence(grouping.codes, parts, (len(grouping.groups), len(PARTS)))


def _examined(
    prepared: Prepared,
    split: SplitIndex,
    index: Codes,
    offered: Sequence[Source],
    identities: Sequence[Identity],
    progress: Progress | None,
) -> Bias:
    labels, names = np.asarray(prepared.targets), prepared.class_names
    guesses: list[Guess | None] = []
    tables: list[tuple[Grouping, Dependence, Dependence]] = []
    for place, source in enumerate(offered):
        if progress:
            progress("progress.bias", place, len(offered))
        guesses.append(guess(source.codes, labels[index], draws=max(DRAWS, 50 * len(offered))))
        if source.grouping is not None:
            tables.append(
                (source.grouping, by_class(prepared, split, source.grouping), by_split(split, source.grouping))
            )
    adjusted = iter(holm([one.p_value for one in guesses if one is not None]))
    known = {grouping.name: with_class.v for grouping, with_class, _ in tables}
    guessed, looked = [], []
    for source, found in zip(offered, guesses, strict=True):
        v = known.get(source.name)
        if found is None:
            looked.append(Looked(source.name, source.kind, v=v))
            continue
        p = next(adjusted)
        looked.append(Looked(source.name, source.kind, found.share, found.low, found.high, found.chance, p, v))
        said = findings.gives_away(source, found, p, v, index, labels[index], names)
        guessed += [said] if said else []
    made = findings.together(guessed) + findings.classes(labels, split, names)
    made += _of_groups(split, names, tables)
    made += [said for one in identities if (said := findings.divided(one, split))]
    looked.sort(key=lambda one: -(one.share if one.share is not None else -1.0))
    return Bias(tuple(sorted(made, key=lambda one: -one.weight)), tuple(looked), len(index))


def _of_groups(
    split: SplitIndex,
    names: Sequence[str],
    tables: Sequence[tuple[Grouping, Dependence, Dependence]],
) -> list[Finding]:
    made: list[Finding | None] = []
    adjusted = holm([with_split.p_value for _, _, with_split in tables])
    for (grouping, with_class, with_split), p in zip(tables, adjusted, strict=True):
        made.append(findings.absent(grouping, with_class, split.train, names))
        made += findings.splits(grouping, split, with_split, p)
        made.append(findings.small_groups(grouping, split.train))
    return [one for one in made if one is not None]


def _spread(train: Codes) -> Codes:
    if len(train) <= MOST:
        return train
    return train[np.linspace(0, len(train) - 1, MOST).astype(np.int64)]


def _kept(prepared: Prepared, split: SplitIndex, home: Home) -> KeptResult:
    """The folder of prepared images is named by their content and form."""
    return KeptResult(home, "bias", [FORM, prepared.folder.name, split.fingerprint])


def _bias_of(values: dict[str, Any]) -> Bias:
    made = tuple(Finding(**{**one, "places": tuple(one["places"])}) for one in values["findings"])
    return Bias(made, tuple(Looked(**one) for one in values["looked"]), int(values["images"]))
