"""Takes images in one batch after the other: looks at each, copies it under a number, remembers what it left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnlab.data import archives, originals
from cnnlab.data.arrange import Arrangement, Parts, Place, arrangement, hidden_part
from cnnlab.data.image import MAX_PIXELS, SUFFIXES, is_grey, open_image
from cnnlab.data.types import Progress
from cnnlab.errors import DataError

BATCH = 16  # files in memory at a time, each of at most ``archives.MAX_FILE_BYTES``
_SUFFIX = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "BMP": "bmp", "GIF": "gif", "TIFF": "tif"}
_REASONS = {
    "image_unknown": "not_an_image",
    "image_broken": "broken",
    "image_too_large": "too_large",
}
_LIMITS = {
    "too_large": {"limit": MAX_PIXELS // 1_000_000},
    "file_too_large": {"limit": archives.MAX_FILE_BYTES // 1024**2},
}


@dataclass(frozen=True)
class Remark:
    """Something about one file or folder. ``reason`` is a key of "data.skipped" or "data.noted"."""

    file: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Intake:
    """Takes the images in, one batch after the other, and remembers what it left out."""

    def __init__(self, folder: Path, listing: archives.Listing, progress: Progress | None) -> None:
        self._folder = folder
        self._listing = listing
        self._progress = progress or (lambda *_: None)
        self.columns: dict[str, list[Any]] = {
            name: []
            for name in (
                "file",
                "label",
                "split",
                originals.FOLDER_COLUMN,
                "width",
                "height",
                "mode",
                "sha256",
                "stored",
            )
        }
        self.grey = True
        self.skipped: list[Remark] = []
        self.noted: list[Remark] = []
        self.classes: set[str] = set()  # that have an image or a folder
        self._seen: dict[str, list[int]] = {}  # SHA-256 -> rows

    def run(self) -> None:
        candidates = self._candidates()
        arranged = arrangement(item.path for item in candidates)
        placed = sorted(
            self._placed(candidates, arranged), key=lambda pair: (pair[0].split, pair[0].label, pair[1].path)
        )
        self.classes = {place.label for place, _ in placed}
        for folder in self._listing.folders:
            label = None if hidden_part(folder) else arranged.label_of_folder(folder)
            self.classes |= {label} if label else set()
        done = 0
        with ThreadPoolExecutor(2) as pool:
            for start in range(0, len(placed), BATCH):
                batch = [(place, item.path, data) for place, item, data in self._read(placed[start : start + BATCH])]
                looks = pool.map(_look, (data for _, _, data in batch), ("/".join(path) for _, path, _ in batch))
                for (place, path, data), look in zip(batch, looks, strict=True):
                    self._take(place, path, data, look)
                done = min(start + BATCH, len(placed))
                self._progress("progress.importing", done, len(placed))

    def skip(self, path: Parts, reason: str, **params: Any) -> None:
        self.skipped.append(Remark("/".join(path), reason, {**_LIMITS.get(reason, {}), **params}))

    def _candidates(self) -> list[archives.Item]:
        for path in self._listing.links:
            self.skip(path, "link")
        for path in self._listing.unreadable:
            self.skip(path or (".",), "unreadable")
        hidden: set[Parts] = set()
        found = []
        for item in self._listing.items:
            root = hidden_part(item.path)
            if root is not None:
                hidden.add(root)
            elif Path(item.path[-1]).suffix.lower() not in SUFFIXES:
                self.skip(item.path, "not_an_image")
            else:
                found.append(item)
        for path in sorted(hidden):
            self.skip(path, "hidden")
        return found

    def _placed(self, items: list[archives.Item], arranged: Arrangement) -> Iterator[tuple[Place, archives.Item]]:
        for item in items:
            place = arranged.place(item.path)
            if isinstance(place, Place):
                yield place, item
            else:
                self.skip(item.path, place)

    def _read(self, pairs: list[tuple[Place, archives.Item]]) -> Iterator[tuple[Place, archives.Item, bytes]]:
        for place, item in pairs:
            try:
                yield place, item, item.read()
            except archives.Unreadable as error:
                self.skip(item.path, error.reason)

    def _take(self, place: Place, path: Parts, data: bytes, look: _Look | str) -> None:
        if isinstance(look, str):
            self.skip(path, look)
            return
        self._note_duplicates(place, path, look.sha256)
        number = len(self.columns["file"])
        stored = originals.stored_path(number, look.suffix)
        target = self._folder / stored
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        row = {
            "file": "/".join(path),
            "label": place.label,
            "split": int(place.split),
            originals.FOLDER_COLUMN: place.folder,
            "width": look.width,
            "height": look.height,
            "mode": look.mode,
            "sha256": look.sha256,
            "stored": stored,
        }
        for column, value in row.items():
            self.columns[column].append(value)
        self._seen.setdefault(look.sha256, []).append(number)
        self.grey = self.grey and look.grey

    def _note_duplicates(self, place: Place, path: Parts, sha256: str) -> None:
        """Same bytes are kept, and said: only a person knows whether they are meant."""
        for row in self._seen.get(sha256, [])[:1]:
            if self.columns["label"][row] != place.label:
                reason = "duplicate_across_classes"
            elif self.columns["split"][row] != place.split:
                reason = "duplicate_across_splits"
            else:
                reason = "duplicate"
            self.noted.append(Remark("/".join(path), reason, {"other": self.columns["file"][row]}))


@dataclass(frozen=True)
class _Look:
    width: int
    height: int
    mode: str
    grey: bool
    suffix: str
    sha256: str


def _look(data: bytes, name: str) -> _Look | str:
    """What the image is, or the reason to skip it."""
    try:
        image = open_image(data, name=name)
    except DataError as error:
        return _REASONS[error.problem.code]
    suffix = _SUFFIX.get(image.format or "", "ppm")
    digest = hashlib.sha256(data).hexdigest()
    return _Look(image.width, image.height, image.mode, is_grey(image), suffix, digest)
