"""Which group each sample of a dataset is in: from a column of its manifest, its file's name, a table, or its pixels.

Groups count in the whole dataset, so that the same ones are looked at in each split. No torch.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.store import Prepared
from cnnlab.errors import LabError
from cnnlab.evaluation.groups import statistics
from cnnlab.evaluation.groups.patterns import matches

MOST_GROUPS = 300  # beyond it hardly a group would have the images that tell anything
MOST_BYTES = 20_000_000
NUMBERS = ("width", "height")  # columns that are cut into quarters
_UNUSABLE = frozenset({"file", "label", "split", *NUMBERS})
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Grouping:
    """``codes`` [all samples of the dataset]: places in ``groups``, -1 for a sample that is in none."""

    name: str
    kind: str  # "column", "pattern", "table" or "statistic"
    groups: tuple[str, ...]
    codes: Codes


class Offered:
    """The groupings of one dataset by column, each made once; what its samples are called."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._made: dict[str, Grouping] = {}

    @cached_property
    def files(self) -> Sequence[str]:
        """Of the whole dataset."""
        files: list[str] = self.prepared.manifest()["file"]
        return files

    @cached_property
    def columns(self) -> list[str]:
        return columns(self.prepared)

    def by(self, column: str) -> Grouping:
        """``of_column``. Raises what that raises."""
        if column not in self._made:
            self._made[column] = of_column(self.prepared, column)
        return self._made[column]


def columns(prepared: Prepared) -> list[str]:
    """What there is to group by: columns with two values or more, sizes that vary, then image statistics."""
    manifest = prepared.manifest()
    named = [name for name, values in manifest.items() if name not in _UNUSABLE and _varies(values)]
    sizes = [name for name in NUMBERS if _varies(manifest.get(name, []))]
    return [*named, *sizes, *statistics.offered(prepared.inputs.shape[-1])]


def group_columns(manifest: Mapping[str, Sequence[Any]]) -> list[str]:
    """The columns that a run may be balanced by."""
    return [name for name, values in manifest.items() if name not in _UNUSABLE and _varies(values)]


def of_column(prepared: Prepared, name: str) -> Grouping:
    """Raises ``LabError`` ("unknown_group_column", "too_many_groups")."""
    known = columns(prepared)
    if name not in known:
        raise LabError("unknown_group_column", field="--by", value=name[:80], known=", ".join(known))
    manifest = prepared.manifest()
    if name in NUMBERS:
        return quarters(name, "column", np.array(manifest[name], dtype=np.float64))
    if name in manifest:
        return _named(name, "column", [_word(value) for value in manifest[name]])
    return quarters(name, "statistic", 255 * statistics.measure(prepared, name))  # as pixels are counted


def of_pattern(files: Sequence[str], pattern: str) -> Grouping:
    """The first group of the pattern where it is found in a file's name.

    Raises ``LabError`` ("pattern_wrong", "pattern_without_group", "pattern_slow", "pattern_finds_nothing").
    """
    found = matches(pattern, files)
    if not any(found):
        raise LabError("pattern_finds_nothing", field="--pattern", value=pattern[:80], example=str(files[0])[:120])
    return _named(pattern, "pattern", [value or None for value in found])


def of_table(files: Sequence[str], content: bytes, source: str) -> Grouping:
    """A CSV with a column "file" or "index" (in the whole dataset, from 0) and one more: the group.

    Raises ``LabError`` that names the row: "groups_table_large", "groups_table_text", "groups_table_header",
    "groups_table_row", "groups_table_unknown", "groups_table_twice", "groups_table_empty".
    """
    field = source[:80]
    if len(content) > MOST_BYTES:
        raise LabError("groups_table_large", field=field, limit=MOST_BYTES // 1_000_000)
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabError("groups_table_text", field=field) from error
    header = [cell.strip() for cell in rows[0]] if rows else []
    key = next((name for name in ("file", "index") if name in header), None)
    if key is None or len(header) != 2:
        raise LabError("groups_table_header", field=field, value=", ".join(header)[:80])
    values = _read(rows[1:], header.index(key), _places(files, key), field)
    if not values:
        raise LabError("groups_table_empty", field=field)
    return _named(header[1 - header.index(key)][:80], "table", [values.get(place) for place in range(len(files))])


def quarters(name: str, kind: str, values: NDArray[np.float64]) -> Grouping:
    """Four groups of about as many samples, by quartiles; fewer where values repeat."""
    cuts = np.unique(np.quantile(values, [0.25, 0.5, 0.75]))
    codes = np.searchsorted(cuts, values, side="left")
    kinds, codes = np.unique(codes, return_inverse=True)
    ends = [(values[codes == place].min(), values[codes == place].max()) for place in range(len(kinds))]
    names = tuple(f"{low:.0f} – {high:.0f}" for low, high in ends)
    if len(set(names)) < len(names):
        names = tuple(f"{place + 1}: {title}" for place, title in enumerate(names))
    return Grouping(name, kind, names, codes.astype(np.int64))


def _places(files: Sequence[str], key: str) -> dict[str, list[int]]:
    """What a row may call a sample -> its places; a name that several samples share stands for all of them."""
    found: dict[str, list[int]] = {}
    for place, file in enumerate(files):
        found.setdefault(file if key == "file" else str(place), []).append(place)
    return found


def _read(rows: Sequence[Sequence[str]], key: int, places: Mapping[str, list[int]], field: str) -> dict[int, str]:
    values: dict[int, str] = {}
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != 2 or not row[1 - key].strip():
            raise LabError("groups_table_row", field=field, row=number)
        name, group = row[key].strip(), row[1 - key].strip()
        if name not in places:
            raise LabError("groups_table_unknown", field=field, row=number, value=name[:80])
        for place in places[name]:
            if values.setdefault(place, group) != group:
                raise LabError("groups_table_twice", field=field, row=number, value=name[:80])
    return values


def _named(name: str, kind: str, values: Sequence[str | None]) -> Grouping:
    groups = sorted({value for value in values if value is not None})
    if len(groups) > MOST_GROUPS:
        raise LabError("too_many_groups", field=name[:80], value=len(groups), limit=MOST_GROUPS)
    place = {group: number for number, group in enumerate(groups)}
    codes = [-1 if value is None else place[value] for value in values]
    return Grouping(name, kind, tuple(groups), np.array(codes, dtype=np.int64))


def _word(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _varies(values: Sequence[Any]) -> bool:
    return len({value for value in values if value not in (None, "")}) > 1
