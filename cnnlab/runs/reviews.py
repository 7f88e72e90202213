"""What a person says of single images of a run: a state, a note, and tags (``NAME``, or ``NAME=VALUE``).

``reviews.json`` in the run's folder is the truth, so a held database loses nothing and nobody waits for it. MLflow is
told by ``publish``, a tag ``cnnlab.review.INDEX`` an image of the test split and ``cnnlab.review.SPLIT.INDEX`` of the
others; whoever reviews calls it, and ``repair`` calls it again for what is still waiting. Importing this imports no
MLflow.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home, write_atomically
from cnnlab.runs import labels, mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position
from cnnlab.runs.tags import LIMIT

if TYPE_CHECKING:
    from mlflow import MlflowClient

STATES = ("label_wrong", "ambiguous", "network_fault", "unsure")
NONE = ""  # not reviewed
LONGEST_NOTE = 1000  # characters; a tag of MLflow's holds 8,000
MOST_TAGS = 10  # of an image
TEST = "test"
TAG = "cnnlab.review."
FILE = "reviews.json"


@dataclass(frozen=True)
class Review:
    """Of one image. ``time``: when it was written, in seconds since the epoch."""

    state: str = NONE
    note: str = ""
    time: float = 0.0
    tags: tuple[str, ...] = ()  # as they are typed

    @property
    def is_empty(self) -> bool:
        return not (self.state or self.note or self.tags)

    def as_tag(self) -> str:
        """Text in any script counts by its characters, not by their escapes. What no tag could hold is cut off."""
        said: dict[str, Any] = {"state": self.state, "note": self.note, "time": round(self.time, 3)}
        said |= {"tags": self.tags} if self.tags else {}
        over = len(json.dumps(said, ensure_ascii=False)) - LIMIT
        if over > 0:
            said["note"] = self.note[:-over]
        return json.dumps(said, ensure_ascii=False)


@dataclass(frozen=True, order=True)
class Image:
    """Which one, of the run's data."""

    split: str
    index: int

    @property
    def key(self) -> str:
        """As ``reviews.json`` and MLflow's tags name it."""
        return str(self.index) if self.split == TEST else f"{self.split}.{self.index}"

    @classmethod
    def of(cls, key: str) -> Image:
        split, _, index = key.rpartition(".")
        return cls(split or TEST, int(index))


@dataclass
class _Stored:
    reviews: dict[Image, Review] = field(default_factory=dict)
    waiting: set[Image] = field(default_factory=set)  # changed since MLflow was told
    told: str = ""  # the store that was told
    before: tuple[Image, Review] | None = None  # what the last change replaced


def reviews(journal: Journal, split: str = TEST) -> dict[int, Review]:
    """By index in the split. Raises ``RunError`` ("reviews_damaged")."""
    return {image.index: review for image, review in every(journal).items() if image.split == split}


def every(journal: Journal) -> dict[Image, Review]:
    """Of all splits. Raises ``RunError`` ("reviews_damaged")."""
    return _read(journal.folder).reviews


def states(found: Mapping[int, Review]) -> dict[int, str]:
    return {index: review.state for index, review in found.items()}


def write_review(
    journal: Journal, index: int, state: str, note: str = "", *, tags: Sequence[str] = (), split: str = TEST
) -> Review:
    """Replaces what was said of an image; nothing said takes it back.

    Raises ``LabError``: "unknown_review_state", "too_long", "bad_tag", "too_many_image_tags"; ``RunError``
    ("reviews_damaged").
    """
    if state not in (NONE, *STATES):
        raise LabError("unknown_review_state", field="--state", value=state[:80], known=", ".join(STATES))
    clean = note.encode("utf-8", "replace").decode().strip()  # a terminal may hand over halves of characters
    if len(clean) > LONGEST_NOTE:
        raise LabError("too_long", field="--note", value=len(clean), limit=LONGEST_NOTE)
    review = Review(state, clean, time.time(), _tidy(tags))
    with _changing(journal) as stored:
        _put(stored, Image(split, index), review)
    return review


def _tidy(tags: Sequence[str]) -> tuple[str, ...]:
    """Of two with one name the later; sorted."""
    named = dict(labels.parse(tag) for tag in tags)
    if len(named) > MOST_TAGS:
        raise LabError("too_many_image_tags", field="--tag", value=len(named), limit=MOST_TAGS)
    return tuple(labels.words(named))


def undo(journal: Journal) -> Image | None:
    """Takes the last change back; its image, ``None`` where there is none to take back."""
    with _changing(journal) as stored:
        if stored.before is None:
            return None
        image, review = stored.before
        _put(stored, image, review)
        stored.before = None
    return image


def undoable(journal: Journal) -> Image | None:
    """The image of the last change that can be taken back."""
    before = _read(journal.folder).before
    return None if before is None else before[0]


def waiting(journal: Journal) -> set[Image]:
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
    for image in sorted(missing):
        _tell(client, str(run_id), image.key, stored.reviews.get(image))
    with _changing(journal) as now:
        # what was changed meanwhile is still to be told
        now.waiting = {image for image in now.waiting if now.reviews.get(image) != stored.reviews.get(image)}
        now.told = uri
        return not now.waiting


def _tell(client: MlflowClient, run_id: str, key: str, review: Review | None) -> None:
    from mlflow.exceptions import MlflowException

    if review is not None:
        client.set_tag(run_id, f"{TAG}{key}", review.as_tag())
        return
    try:
        client.delete_tag(run_id, f"{TAG}{key}")
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":  # it was never told of this one
            raise


def _untold(stored: _Stored, uri: str) -> set[Image]:
    """All of them for a store that has been told nothing, such as a new server."""
    return set(stored.waiting) if stored.told == uri else stored.waiting | set(stored.reviews)


def _put(stored: _Stored, image: Image, review: Review) -> None:
    stored.before = (image, stored.reviews.get(image, Review()))
    if review.is_empty:
        stored.reviews.pop(image, None)
    else:
        stored.reviews[image] = review
    stored.waiting.add(image)


@contextmanager
def _changing(journal: Journal) -> Iterator[_Stored]:
    """What is stored, to be changed; written, on the disk, when the block ends well."""
    with FileLock(journal.folder / "reviews.lock"):
        stored = _read(journal.folder)
        yield stored
        values = {
            "reviews": {image.key: vars(review) for image, review in sorted(stored.reviews.items())},
            "waiting": [image.key for image in sorted(stored.waiting)],
            "told": stored.told,
            "before": None if stored.before is None else [stored.before[0].key, vars(stored.before[1])],
        }
        write_atomically(journal.folder / FILE, json.dumps(values), durable=True)


def _read(folder: Path) -> _Stored:
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        before = said["before"]
        return _Stored(
            reviews={Image.of(key): _review(values) for key, values in said["reviews"].items()},
            waiting={Image.of(str(key)) for key in said["waiting"]},  # once numbers, of the test split
            told=str(said["told"]),
            before=None if before is None else (Image.of(str(before[0])), _review(before[1])),
        )
    except FileNotFoundError:
        return _Stored()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise RunError("reviews_damaged", value=str(folder / FILE)) from error


def _review(values: Any) -> Review:
    said = cast(Mapping[str, Any], values)
    return Review(str(said["state"]), str(said["note"]), float(said["time"]), tuple(map(str, said.get("tags", ()))))
