"""What a person says of a run: a note, and tags (``NAME=VALUE``, or a plain label without a value).

``labels.json`` in the run's folder is the truth; MLflow is told by ``publish`` (see ``labels_published``), and by
``repair`` for what is still waiting. Importing this imports no MLflow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnnlab.errors import LabError, RunError
from cnnlab.home import write_atomically
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position

FILE = "labels.json"
LONGEST_NOTE = 5000  # characters; with the description, MLflow's 8,000 hold it
LONGEST_VALUE = 250
MOST_TAGS = 40
_NAME = re.compile(r"\w[\w.\- ]{0,79}")
_RESERVED = ("mlflow.", "cnnlab.")


@dataclass(frozen=True)
class Labels:
    """Of one run."""

    note: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"note": self.note, "tags": dict(self.tags)}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Labels:
        return cls(str(said["note"]), {str(name): str(value) for name, value in said["tags"].items()})


@dataclass
class Stored:
    """``labels.json``: ``told`` is what the store at ``uri`` was last told, ``before`` what the last change replaced.

    ``apart`` are the names for which that store says something that we never told it; they are left as they are.
    """

    now: Labels = field(default_factory=Labels)
    before: Labels | None = None
    told: Labels = field(default_factory=Labels)
    uri: str = ""
    apart: tuple[str, ...] = ()


def labels(journal: Journal) -> Labels:
    """Raises ``RunError`` ("labels_damaged")."""
    return read(journal.folder).now


def apart(journal: Journal) -> tuple[str, ...]:
    """Names of tags (and "note") that were changed in MLflow itself and therefore left there as they are."""
    return read(journal.folder).apart


def write_note(journal: Journal, note: str) -> Labels:
    """Replaces the note; an empty one takes it back. Raises ``LabError`` ("too_long")."""
    clean = note.encode("utf-8", "replace").decode().strip()  # a terminal may hand over halves of characters
    if len(clean) > LONGEST_NOTE:
        raise LabError("too_long", field="NOTE", value=len(clean), limit=LONGEST_NOTE)
    with changing(journal) as stored:
        _put(stored, replace(stored.now, note=clean))
    return stored.now


def write_tag(journal: Journal, text: str) -> Labels:
    """``text``: NAME or NAME=VALUE. Raises ``LabError``: "bad_tag", "too_long", "too_many_tags"."""
    name, value = parse(text)
    with changing(journal) as stored:
        found = {**stored.now.tags, name: value}
        if len(found) > MOST_TAGS:
            raise LabError("too_many_tags", field="TAG", value=name, limit=MOST_TAGS)
        _put(stored, replace(stored.now, tags=found))
    return stored.now


def remove_tag(journal: Journal, name: str) -> Labels:
    """Raises ``LabError`` ("no_such_tag")."""
    with changing(journal) as stored:
        if name not in stored.now.tags:
            raise LabError("no_such_tag", field="TAG", value=name[:80], known=", ".join(stored.now.tags) or "–")
        _put(stored, replace(stored.now, tags={k: v for k, v in stored.now.tags.items() if k != name}))
    return stored.now


def undo(journal: Journal) -> bool:
    """Takes the last change back; whether there was one."""
    with changing(journal) as stored:
        if stored.before is None:
            return False
        stored.now, stored.before = stored.before, None
    return True


def can_undo(journal: Journal) -> bool:
    return read(journal.folder).before is not None


def parse(text: str) -> tuple[str, str]:
    """("NAME", "VALUE"); the value of a plain label is empty. Raises ``LabError``: "bad_tag", "too_long"."""
    name, _, value = (part.strip() for part in text.encode("utf-8", "replace").decode().partition("="))
    if not _NAME.fullmatch(name) or name.casefold().startswith(_RESERVED):
        raise LabError("bad_tag", field="TAG", value=name[:80])
    if len(value) > LONGEST_VALUE:
        raise LabError("too_long", field="TAG", value=len(value), limit=LONGEST_VALUE)
    if not value.isprintable():
        raise LabError("bad_tag", field="TAG", value=name[:80])
    return name, value


def words(tags: Mapping[str, str]) -> list[str]:
    """As they are typed: "checked", "room=3"."""
    return [f"{name}={value}" if value else name for name, value in sorted(tags.items())]


def occurring(every: Iterable[Mapping[str, str]], most: int = 50) -> list[str]:
    """What runs can be asked for: each NAME, and NAME=VALUE where a name has at most ``most`` values."""
    values: dict[str, set[str]] = {}
    for one in every:
        for name, value in one.items():
            values.setdefault(name, set()).add(value)
    found = []
    for name, said in sorted(values.items()):
        found.append(name)
        if len(said) <= most:
            found += [f"{name}={value}" for value in sorted(said) if value]
    return found


def waiting(journal: Journal) -> bool:
    """Whether MLflow lacks the last word. Damaged labels are nothing to be told."""
    if not (journal.folder / FILE).is_file():
        return False
    try:
        stored = read(journal.folder)
    except RunError:
        return False
    uri = str(read_position(journal.folder).get("mlflow_tracking_uri") or "")
    return stored.now != (stored.told if stored.uri == uri else Labels())


def stored_labels(folder: Path) -> Labels:
    """The same for a list of runs, where a damaged file hides nothing but itself."""
    try:
        return read(folder).now
    except RunError:
        return Labels()


def _put(stored: Stored, labels: Labels) -> None:
    if labels != stored.now:
        stored.before, stored.now = stored.now, labels


@contextmanager
def changing(journal: Journal) -> Iterator[Stored]:
    """What is stored, to be changed; written, on the disk, when the block ends well."""
    with FileLock(journal.folder / "labels.lock"):
        stored = read(journal.folder)
        yield stored
        values = {
            "now": stored.now.as_dict(),
            "before": None if stored.before is None else stored.before.as_dict(),
            "told": stored.told.as_dict(),
            "uri": stored.uri,
            "apart": list(stored.apart),
        }
        write_atomically(journal.folder / FILE, json.dumps(values), durable=True)


def read(folder: Path) -> Stored:
    """Raises ``RunError`` ("labels_damaged")."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        return Stored(
            now=Labels.from_dict(said["now"]),
            before=None if said["before"] is None else Labels.from_dict(said["before"]),
            told=Labels.from_dict(said["told"]),
            uri=str(said["uri"]),
            apart=tuple(map(str, said["apart"])),
        )
    except FileNotFoundError:
        return Stored()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError("labels_damaged", value=str(folder / FILE)) from error
