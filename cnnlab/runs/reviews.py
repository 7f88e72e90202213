"""What a person says of single test images of a run: a state and a note.

``reviews.json`` in the run's folder is the truth, so a held database loses nothing and nobody waits for it. MLflow is
told by ``publish``, a tag ``cnnlab.review.INDEX`` an image; whoever reviews calls it, and ``repair`` calls it again
for what is still waiting. Importing this imports no MLflow.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home, write_atomically
from cnnlab.runs import mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position

if TYPE_CHECKING:
    from mlflow import MlflowClient

STATES = ("label_wrong", "ambiguous", "network_fault", "unsure")
NONE = ""  # not reviewed
LONGEST_NOTE = 1000  # characters; a tag of MLflow's holds 8,000
TAG = "cnnlab.review."
FILE = "reviews.json"


@dataclass(frozen=True)
class Review:
    """Of one test image. ``time``: when it was written, in seconds since the epoch."""

    state: str = NONE
    note: str = ""
    time: float = 0.0

    @property
    def is_empty(self) -> bool:
        return not self.state and not self.note

    def as_tag(self) -> str:
        """Text in any script counts by its characters, not by their escapes."""
        return json.dumps({"state": self.state, "note": self.note, "time": round(self.time, 3)}, ensure_ascii=False)


@dataclass
class _Stored:
    reviews: dict[int, Review] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)  # changed since MLflow was told
    told: str = ""  # the store that was told
    before: tuple[int, Review] | None = None  # what the last change replaced


def reviews(journal: Journal) -> dict[int, Review]:
    """By index in the test split. Raises ``RunError`` ("reviews_damaged")."""
    return _read(journal.folder).reviews


def states(found: Mapping[int, Review]) -> dict[int, str]:
    return {index: review.state for index, review in found.items()}


def write_review(journal: Journal, index: int, state: str, note: str = "") -> Review:
    """Replaces what was said of an image; an empty state without a note takes it back.

    Raises ``LabError``: "unknown_review_state", "too_long"; ``RunError`` ("reviews_damaged").
    """
    if state not in (NONE, *STATES):
        raise LabError("unknown_review_state", field="--state", value=state[:80], known=", ".join(STATES))
    clean = note.encode("utf-8", "replace").decode().strip()  # a terminal may hand over halves of characters
    if len(clean) > LONGEST_NOTE:
        raise LabError("too_long", field="--note", value=len(clean), limit=LONGEST_NOTE)
    review = Review(state, clean, time.time())
    with _changing(journal) as stored:
        _put(stored, index, review)
    return review


def undo(journal: Journal) -> int | None:
    """Takes the last change back; the index of its image, ``None`` where there is none to take back."""
    with _changing(journal) as stored:
        if stored.before is None:
            return None
        index, review = stored.before
        _put(stored, index, review)
        stored.before = None
    return index


def undoable(journal: Journal) -> int | None:
    """The image of the last change that can be taken back."""
    before = _read(journal.folder).before
    return None if before is None else before[0]


def waiting(journal: Journal) -> set[int]:
    """Images of which MLflow lacks the last word. Damaged reviews are nothing to be told."""
    if not (journal.folder / FILE).is_file():
        return set()
    try:
        stored = _read(journal.folder)
    except RunError:
        return set()
    uri = str(read_position(journal.folder).get("mlflow_tracking_uri") or "")
    return _untold(stored, uri)


def publish(journal: Journal, home: Home) -> bool:
    """Tells MLflow what it lacks; whether it now has every review. Raises what MLflow raises.

    ``False`` for a run that is not in the store of this process (yet).
    """
    position = read_position(journal.folder)
    uri, run_id = str(position.get("mlflow_tracking_uri") or ""), position.get("mlflow_run_id")
    stored = _read(journal.folder)
    missing = _untold(stored, uri)
    if not missing:
        return True
    if run_id is None or uri != mlflow_store.display_uri(mlflow_store.tracking_uri(home)):
        return False
    client = mlflow_store.connect(home)
    for index in sorted(missing):
        _tell(client, str(run_id), index, stored.reviews.get(index))
    with _changing(journal) as now:
        # what was changed meanwhile is still to be told
        now.waiting = {index for index in now.waiting if now.reviews.get(index) != stored.reviews.get(index)}
        now.told = uri
        return not now.waiting


def _tell(client: MlflowClient, run_id: str, index: int, review: Review | None) -> None:
    from mlflow.exceptions import MlflowException

    if review is not None:
        client.set_tag(run_id, f"{TAG}{index}", review.as_tag())
        return
    try:
        client.delete_tag(run_id, f"{TAG}{index}")
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":  # it was never told of this one
            raise


def _untold(stored: _Stored, uri: str) -> set[int]:
    """All of them for a store that has been told nothing, such as a new server."""
    return set(stored.waiting) if stored.told == uri else stored.waiting | set(stored.reviews)


def _put(stored: _Stored, index: int, review: Review) -> None:
    stored.before = (index, stored.reviews.get(index, Review()))
    if review.is_empty:
        stored.reviews.pop(index, None)
    else:
        stored.reviews[index] = review
    stored.waiting.add(index)


@contextmanager
def _changing(journal: Journal) -> Iterator[_Stored]:
    """What is stored, to be changed; written, on the disk, when the block ends well."""
    with FileLock(journal.folder / "reviews.lock"):
        stored = _read(journal.folder)
        yield stored
        values = {
            "reviews": {str(index): vars(review) for index, review in sorted(stored.reviews.items())},
            "waiting": sorted(stored.waiting),
            "told": stored.told,
            "before": None if stored.before is None else [stored.before[0], vars(stored.before[1])],
        }
        write_atomically(journal.folder / FILE, json.dumps(values), durable=True)


def _read(folder: Path) -> _Stored:
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        before = said["before"]
        return _Stored(
            reviews={int(index): _review(values) for index, values in said["reviews"].items()},
            waiting={int(index) for index in said["waiting"]},
            told=str(said["told"]),
            before=None if before is None else (int(before[0]), _review(before[1])),
        )
    except FileNotFoundError:
        return _Stored()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise RunError("reviews_damaged", value=str(folder / FILE)) from error


def _review(values: Any) -> Review:
    said = cast(Mapping[str, Any], values)
    return Review(str(said["state"]), str(said["note"]), float(said["time"]))
