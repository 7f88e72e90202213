"""The records of a run's epochs, of which a list of runs needs two: the last and the best."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, overload

from cnnlab.errors import RunError
from cnnlab.runs.json_files import Record, lines


class Epochs(Sequence[Record]):
    """Reads as the list of all records does; what lies between the last and the best is read when it is asked for.

    10,000 runs of 20 epochs are a gigabyte of records, and a page shows the curves of fifty.
    """

    def __init__(self, path: Path, count: int, last: Record | None, best: Record | None, seconds: float) -> None:
        self._path = path
        self._count = count
        self._last = last
        self.best = best  # the last record that is marked as the best
        self.seconds = seconds  # in training and validation, all epochs together

    @classmethod
    def of(cls, path: Path, records: Sequence[Record]) -> Self:
        """What is kept of ``records``, which are those of the file at ``path``."""
        best = next((record for record in reversed(records) if record.get("best")), None)
        seconds = float(sum(record.get("seconds") or 0.0 for record in records))
        return cls(path, len(records), records[-1] if records else None, best, seconds)

    @classmethod
    def from_dict(cls, path: Path, kept: Mapping[str, Any]) -> Self:
        return cls(path, kept["count"], kept["last"], kept["best"], kept["seconds"])

    def as_dict(self) -> dict[str, Any]:
        return {"count": self._count, "last": self._last, "best": self.best, "seconds": self.seconds}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if self._last is not None and place in (-1, self._count - 1):
            return self._last
        return self._all()[place]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of the list that it stands for

    def _all(self) -> list[Record]:
        if not self._count:
            return []
        try:
            said = self._path.stat()
            return _read(self._path, said.st_ino, said.st_mtime_ns, said.st_size)[: self._count]
        except (OSError, RunError):  # deleted or damaged meanwhile: what is kept is all there is
            return [self._last] if self._last is not None else []


@functools.lru_cache(maxsize=128)
def _read(path: Path, *_written: int) -> list[Record]:
    return lines(path)
