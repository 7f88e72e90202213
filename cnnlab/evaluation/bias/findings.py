"""What stands out in a dataset, one finding each, with how bad it is and the images behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.splits import PARTS, SplitIndex
from cnnlab.evaluation.bias.dependence import Dependence
from cnnlab.evaluation.bias.guess import Codes, Guess
from cnnlab.evaluation.bias.sources import Identity, Source
from cnnlab.evaluation.groups.gaps import FEWEST
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.evaluation.groups.statistics import STATISTICS

SHOWN = 24  # images behind a finding
BESIDE = 4  # of each of two classes, before more of the first
LIGHT = (*STATISTICS, "colour")  # what is read off all pixels alike
STRONG, SOME, SLIGHT = 0.5, 0.15, 0.05  # skill of a guess: from where on it is called so; below the last it is not told
APART = 0.1  # Cramér's V of group and split, from where on the splits are said to differ
EXPECTED = 5.0  # images that a cell should have before its being empty says anything (Cochran 1954)
UNEVEN = 3.0  # largest class over the smallest


@dataclass(frozen=True)
class Finding:
    """``kind``: its sentence is ``bias.said.KIND``, its cure ``bias.cure.KIND``; ``weight``: the worst first."""

    kind: str
    weight: float
    source: str = ""
    source_kind: str = "column"
    params: dict[str, Any] = field(default_factory=dict)
    places: tuple[int, ...] = ()  # in the whole dataset


def gives_away(
    source: Source, found: Guess, adjusted: float, v: float | None, index: Codes, labels: Codes, names: Sequence[str]
) -> Finding | None:
    """That the class is guessed from ``source``; the images: those guessed right of the two classes told best."""
    if adjusted >= 0.05 or found.skill < SLIGHT:
        return None
    right = found.guessed == labels
    told = _told(found, labels, len(names))
    best = int(told.argmax())
    degree, weight = "slight", found.skill
    if found.skill >= STRONG:
        degree = "strong"
    elif told[best] >= STRONG:  # a watermark in one class alone is little of the whole
        degree, weight = "one", 0.9 * float(told[best])
    elif found.skill >= SOME:
        degree = "some"
    params = {
        "share": found.share,
        "low": found.low,
        "high": found.high,
        "chance": found.chance,
        "v": v,
        "label": names[best],
        "recall": float(right[labels == best].mean()),
        "others": float((found.guessed[(labels != best) & (found.guessed >= 0)] == best).mean()),
    }
    first, second = (index[right & (labels == label)] for label in (best, _second(told, best)))
    places = tuple(np.concatenate([first[:BESIDE], second[:BESIDE], first[BESIDE : SHOWN - BESIDE]]).tolist())
    # what a person wrote down is a likelier shortcut than what any image has, and objects often reach the border
    likely = 1.0 if source.grouping is not None else 0.6 if source.name == "border" else 0.9
    return Finding(f"gives_away_{degree}", likely * weight, source.name, source.kind, params, places)


def together(found: Sequence[Finding]) -> list[Finding]:
    """What the picture's light and colour give away is told once: by the best of them, which names the others."""
    alike = [one for one in found if one.source_kind == "statistic" and one.source in LIGHT]
    if len(alike) < 2:
        return list(found)
    first, *others = sorted(alike, key=lambda one: -one.weight)
    merged = dataclasses.replace(first, params={**first.params, "also": [one.source for one in others]})
    return [merged, *(one for one in found if one not in alike)]


def _second(told: NDArray[np.float64], best: int) -> int:
    return int(np.where(np.arange(len(told)) == best, -np.inf, told).argmax())


def _told(found: Guess, labels: Codes, classes: int) -> NDArray[np.float64]:
    """[classes] how much oftener a class is guessed of its own images than of others (Youden's J)."""
    asked = found.guessed >= 0
    sizes = np.bincount(labels[asked], minlength=classes)
    hits = np.bincount(labels[found.guessed == labels], minlength=classes)
    said = np.bincount(found.guessed[asked], minlength=classes)
    others = np.maximum(asked.sum() - sizes, 1)
    told: NDArray[np.float64] = hits / np.maximum(sizes, 1) - (said - hits) / others
    return told


def absent(grouping: Grouping, found: Dependence, train: Codes, names: Sequence[str]) -> Finding | None:
    """Combinations of class and group without an image; the images: others of the group that lacks most."""
    expected = np.where(found.table == 0, found.expected, 0.0)
    if not (expected >= EXPECTED).any():
        return None
    label, place = (int(one) for one in np.unravel_index(expected.argmax(), expected.shape))
    count, cells = int((expected >= EXPECTED).sum()), int((found.expected >= EXPECTED).sum())
    params = {
        "count": count,
        "cells": cells,
        "label": names[label],
        "group": grouping.groups[place],
        "expected": float(expected[label, place]),
    }
    members = train[grouping.codes[train] == place][:SHOWN]
    weight = 0.4 + 0.3 * count / max(1, cells)
    return Finding("absent", weight, grouping.name, grouping.kind, params, tuple(members.tolist()))


def splits(grouping: Grouping, split: SplitIndex, found: Dependence, adjusted: float) -> list[Finding]:
    """Groups that a split lacks, and splits that hold other shares of the groups. ``found``: groups by PARTS."""
    made = []
    table, expected = found.table, found.expected
    only = [g for g in range(len(table)) if table[g, 0] == 0 and table[g, 2] > 0]
    if only:
        worst = max(only, key=lambda g: int(table[g, 2]))
        params = {"count": len(only), "group": grouping.groups[worst], "images": int(table[worst, 2])}
        places = split.test[grouping.codes[split.test] == worst][:SHOWN]
        made.append(Finding("only_tested", 0.8, grouping.name, grouping.kind, params, tuple(places.tolist())))
    missing = [g for g in range(len(table)) if table[g, 0] > 0 and table[g, 2] == 0 and expected[g, 2] >= EXPECTED]
    if missing:
        worst = max(missing, key=lambda g: int(table[g, 0]))
        params = {"count": len(missing), "group": grouping.groups[worst], "images": int(table[worst, 0])}
        places = split.train[grouping.codes[split.train] == worst][:SHOWN]
        made.append(Finding("untested", 0.6, grouping.name, grouping.kind, params, tuple(places.tolist())))
    if found.v is not None and found.v >= APART and adjusted < 0.05:
        shares = table / np.maximum(table.sum(0, keepdims=True), 1)
        worst = int(np.ptp(shares[:, table.sum(0) > 0], axis=1).argmax())
        params = {"v": found.v, "group": grouping.groups[worst]}
        params |= {part: float(shares[worst, place]) for place, part in enumerate(PARTS)}
        places = split.test[grouping.codes[split.test] == worst][:SHOWN]
        weight = 0.2 + 0.5 * found.v
        made.append(Finding("uneven_splits", weight, grouping.name, grouping.kind, params, tuple(places.tolist())))
    return made


def small_groups(grouping: Grouping, train: Codes) -> Finding | None:
    """Groups with too few training images to learn from, or to tell anything of."""
    counts = np.bincount(grouping.codes[train][grouping.codes[train] >= 0], minlength=len(grouping.groups))
    small = np.flatnonzero((counts > 0) & (counts < FEWEST))
    if not len(small):
        return None
    worst = int(small[counts[small].argmin()])
    params = {"count": len(small), "group": grouping.groups[worst], "images": int(counts[worst]), "fewest": FEWEST}
    places = train[grouping.codes[train] == worst][:SHOWN]
    return Finding("small_groups", 0.25, grouping.name, grouping.kind, params, tuple(places.tolist()))


def divided(column: Identity, split: SplitIndex) -> Finding | None:
    """One person, one animal, one plate in training and in test: the test flatters. The images: those of the test."""
    values = list(column.values)
    trained = {values[place] for place in split.train} - {None, ""}
    known = [place for place in split.test.tolist() if values[place] in trained]
    if not known:
        return None
    params = {
        "count": len({values[place] for place in known}),
        "images": len(known),
        "share": len(known) / len(split.test),
    }
    weight = 0.5 + 0.5 * params["share"]
    return Finding("divided", weight, column.name, "column", params, tuple(known[:SHOWN]))


def classes(labels: Codes, split: SplitIndex, names: Sequence[str]) -> list[Finding]:
    """Classes that training or test lacks, that are too small, or that differ much in size."""
    table = np.stack([np.bincount(labels[getattr(split, part)], minlength=len(names)) for part in PARTS], axis=1)
    made = []
    for kind, weight, lacking in (
        ("class_untrained", 0.9, (table[:, 0] == 0) & (table.sum(1) > 0)),
        (
            "class_untested",
            0.7,
            (table[:, 2] == 0) & (table[:, 0] > 0) if len(split.test) else np.zeros(len(table), bool),
        ),
    ):
        if lacking.any():
            worst = int(np.where(lacking, table.sum(1), -1).argmax())
            params = {"count": int(lacking.sum()), "label": names[worst], "images": int(table[worst].sum())}
            made.append(Finding(kind, weight, params=params, places=_of_class(labels, worst)))
    trained = np.flatnonzero(table[:, 0] > 0)
    small = trained[table[trained, 0] < FEWEST]
    if len(small):
        worst = int(small[table[small, 0].argmin()])
        params = {"count": len(small), "label": names[worst], "images": int(table[worst, 0]), "fewest": FEWEST}
        made.append(Finding("small_classes", 0.35, params=params, places=_of_class(labels, worst)))
    if len(trained) > 1:
        most, least = (int(trained[pick(table[trained, 0])]) for pick in (np.argmax, np.argmin))
        ratio = float(table[most, 0] / table[least, 0])
        if ratio >= UNEVEN:
            params = {"largest": names[most], "smallest": names[least], "factor": ratio}
            weight = min(0.6, 0.2 + 0.2 * float(np.log10(ratio)))
            made.append(Finding("uneven_classes", weight, params=params, places=_of_class(labels, least)))
    return made


def _of_class(labels: NDArray[np.int64], number: int) -> tuple[int, ...]:
    return tuple(np.flatnonzero(labels == number)[:SHOWN].tolist())
