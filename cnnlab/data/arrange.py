"""From the paths of a folder of images to splits, classes and groups. Pure: it sees names, never files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cnnlab.data.content import Official

Parts = tuple[str, ...]

SPLIT_FOLDERS = {
    "train": Official.TRAIN,
    "val": Official.VALIDATION,
    "valid": Official.VALIDATION,
    "validation": Official.VALIDATION,
    "test": Official.TEST,
}
_HIDDEN = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Place:
    """Where a sample belongs. ``folder`` is the path below its class ("" directly in it): a group column."""

    split: Official
    label: str
    folder: str


@dataclass(frozen=True)
class Arrangement:
    """How deep the classes lie: below ``wrapper`` folders that say nothing, and below a split if ``has_splits``."""

    wrapper: int
    has_splits: bool

    def place(self, path: Parts) -> Place | str:
        """A file's place, or the reason why it has none: "no_class", "outside_splits"."""
        inner = path[self.wrapper :]
        split = Official.NONE
        if self.has_splits:
            found = SPLIT_FOLDERS.get(inner[0].casefold()) if inner else None
            if found is None:
                return "outside_splits"
            split, inner = found, inner[1:]
        if len(inner) < 2:
            return "no_class"
        return Place(split, inner[0], "/".join(inner[1:-1]))

    def label_of_folder(self, path: Parts) -> str | None:
        """The class that this folder is, if it is one."""
        placed = self.place((*path, ""))
        return placed.label if isinstance(placed, Place) and placed.folder == "" else None


def arrangement(images: Iterable[Parts]) -> Arrangement:
    """How these image paths are arranged: ``[train|val|test/]class/[folders/]image``, below any single wrapper."""
    paths = list(images)
    wrapper = 0
    while paths and all(len(path) >= 3 for path in paths):
        first = {path[0] for path in paths}
        if len(first) > 1 or next(iter(first)).casefold() in SPLIT_FOLDERS:
            break
        paths = [path[1:] for path in paths]
        wrapper += 1
    return Arrangement(wrapper, _has_splits(paths))


def _has_splits(paths: list[Parts]) -> bool:
    """Two split folders, or a single one that has classes: "train" beside "car" and "plane" is a class."""
    names = {path[0].casefold() for path in paths if len(path) > 1}
    splits = names & SPLIT_FOLDERS.keys()
    if "train" not in splits:
        return False
    return len(splits) > 1 or (len(names) == 1 and all(len(path) > 2 for path in paths if len(path) > 1))


def hidden_part(path: Parts) -> Parts | None:
    """The path up to its first part that the system or a program keeps for itself, or None."""
    for depth, part in enumerate(path):
        if part.startswith(".") or part.casefold() in _HIDDEN:
            return path[: depth + 1]
    return None


def as_text(name: str) -> str:
    """A file name as text that can be stored: composed accents, and no bytes that are not UTF-8."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))
