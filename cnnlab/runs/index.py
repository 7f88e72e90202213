"""What is known of runs that have ended, so that a list of thousands opens none of their files.

In the memory of the process, and in ``home/cache/runs-N.sqlite`` for the next one. An entry holds the stamps of the
files that it was read from, and counts while they are the same: the files are looked at (not opened). So a lost,
damaged or old index costs time and nothing else, and it may be deleted whenever one likes.

Seven looks at each of ten thousand runs take a quarter of a second. We replace the files of an ended run whole, which
changes the stamp of its folder, so a run is *settled* by one look at that, once its folder has rested: two changes
within one tick of the disk's clock look like one. What others write into a file in place, the folder does not show;
of settled runs ``view`` therefore looks at some files each time.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnlab.home import Home
from cnnlab.runs.journal import Status
from cnnlab.runs.run import Run

SCHEMA = 1
REST_SECONDS = 2.5  # the coarsest clock of a file system, FAT's, ticks every 2 s
WAIT_SECONDS = 0.2  # for another process that writes: whoever waits longer parses again instead
_SEVERAL = 200  # entries that are worth a write of their own
_MANY = 1000  # runs that the garbage collector is better off without

Stamp = tuple[int, int, int]
Stamps = tuple[Stamp | None, ...]


@dataclass(frozen=True)
class Entry:
    """``facts``: what ``view`` makes the run of, as JSON; ``run`` is that run once somebody has asked for it.

    ``folder`` is the rested stamp of its folder from before the files were looked at; the disk does not keep it.
    """

    stamps: Stamps
    status: Status
    facts: str
    run: Run | None = None
    folder: Stamp | None = None


def stamp(path: str) -> Stamp | None:
    """Changes with every write: files are replaced whole (another inode) or appended to (another size)."""
    try:
        said = os.stat(path)  # noqa: PTH116  # a path of pathlib's costs as much as the question itself
    except OSError:
        return None
    return said.st_ino, said.st_mtime_ns, said.st_size


def rested_stamp(folder: str) -> Stamp | None:
    """``None`` for one that has changed just now: it may change again without its stamp saying so."""
    found = stamp(folder)
    return found if found and found[1] < time.time_ns() - REST_SECONDS * 1e9 else None


class Index:
    """The ended runs of one home, by id. Threads may share it."""

    def __init__(self, home: Home) -> None:
        self._path = home.cache / f"runs-{SCHEMA}.sqlite"
        self._runs = str(home.runs)
        self._lock = threading.Lock()
        self._new: dict[str, Entry] = {}
        self._entries = self._stored()
        self._turn = 0
        self._unfrozen = 0

    def get(self, run_id: str) -> Entry | None:
        return self._entries.get(run_id)

    def settled(self, run_id: str) -> Entry | None:
        """The entry, if one look at the run's folder tells that nothing was replaced in it."""
        entry = self._entries.get(run_id)
        if entry is None or entry.folder is None or stamp(f"{self._runs}/{run_id}") != entry.folder:
            return None
        return entry

    def turn(self, count: int, of: int) -> range:
        """The next ``count`` places of ``of``, round and round."""
        first = self._turn % max(of, 1)
        self._turn = first + count
        return range(first, first + count)

    def put(self, run_id: str, entry: Entry, *, stored: bool = True) -> None:
        """``stored``: whether the next process is to know it as well."""
        with self._lock:
            before = self._entries.get(run_id)
            self._unfrozen += entry.run is not None and (before is None or before.run is not entry.run)
            self._entries[run_id] = entry
            if stored:
                self._new[run_id] = entry

    def keep(self, present: Collection[str]) -> None:
        """Forgets what is not ``present``, and writes down what is new once it is worth it."""
        with self._lock:
            gone = [run_id for run_id in self._entries if run_id not in present]
            for run_id in gone:
                self._entries.pop(run_id, None)
                self._new.pop(run_id, None)
            if len(self._new) + len(gone) < _SEVERAL:
                return
            new, self._new = self._new, {}
        rows = [(run_id, _text(entry), entry.facts) for run_id, entry in new.items()]
        with _quietly(), self._open() as connection:
            connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)
            connection.executemany("DELETE FROM runs WHERE run_id = ?", [(run_id,) for run_id in gone])

    def freeze(self) -> None:
        """Takes the runs out of the garbage collector's sight, once there are many more of them.

        Streamlit collects after every drawing of a page, which takes 0.4 s where ten thousand runs are looked through.
        They hold no cycles, so what is forgotten later is freed as ever.
        """
        if self._unfrozen >= _MANY:
            self._unfrozen = 0
            gc.collect()
            gc.freeze()

    def _stored(self) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        if not self._path.is_file():
            return found
        try:
            with self._open() as connection:
                rows = connection.execute("SELECT run_id, known, facts FROM runs").fetchall()
            for run_id, known, facts in rows:
                found[run_id] = _entry(known, facts)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):  # not a database (any more)
                with _quietly():
                    self._path.unlink()
        except (ValueError, TypeError, KeyError):
            found = {}
        return found

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=WAIT_SECONDS)
        try:
            with connection:
                # it holds nothing that could not be made again
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, known TEXT, facts TEXT) WITHOUT ROWID"
                )
                yield connection
        finally:
            connection.close()


_INDICES: dict[Path, Index] = {}
_LOCK = threading.Lock()


def of(home: Home) -> Index:
    """The one of this process; read from the disk the first time."""
    with _LOCK:
        if home.root not in _INDICES:
            _INDICES[home.root] = Index(home)
        return _INDICES[home.root]


def _text(entry: Entry) -> str:
    return json.dumps({"stamps": entry.stamps, "status": entry.status.as_dict()})


def _entry(known: str, facts: str) -> Entry:
    said: dict[str, Any] = json.loads(known)
    stamps = tuple(None if one is None else (one[0], one[1], one[2]) for one in said["stamps"])
    return Entry(stamps, Status.from_dict(said["status"]), facts)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """A cache that can't be written is no reason to show no runs."""
    with contextlib.suppress(sqlite3.Error, OSError):
        yield
