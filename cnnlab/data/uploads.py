"""Files that came through a browser become a dataset: written under a number of our own, imported, deleted.

Their names are only ever text. A folder of files is packed into one zip without compression, so that an upload
meets the very same limits as a zip, and nothing of it stays behind, whatever happens.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from cnnlab.data import catalogue
from cnnlab.data.importing import ImportReport, import_images
from cnnlab.data.store import saying_disk_full
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, LabError, Problem
from cnnlab.home import Home
from cnnlab.registry import registry

LARGEST_MB = 200  # a file; the server refuses what is larger before it reads any of it
MOST_FILES = 20_000  # of a folder: each is a request of its own; a zip has no such cost
_CHUNK = 1024 * 1024
_ABANDONED_SECONDS = 24 * 3600.0
_LONGEST_NAME = 40


class Upload(Protocol):
    """A file of the browser: its name, with the folders above it where a folder was chosen, and its content."""

    @property
    def name(self) -> str: ...
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


def keep(uploads: Sequence[Upload], home: Home) -> Path:
    """The uploads as one zip below the cache, for ``import_kept``. The browser's own copy may be dropped then.

    One file is taken for a zip, whatever it is called. Raises ``DataError``: "upload_too_many", "disk_full".
    """
    if len(uploads) > MOST_FILES:
        raise DataError("upload_too_many", field="path", value=len(uploads), limit=MOST_FILES)
    folder = _folder(home)
    path = folder / f"{secrets.token_hex(16)}.zip"
    with saying_disk_full(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder)
        try:
            if len(uploads) == 1:
                with path.open("wb") as file:
                    _copy(uploads[0], file)
            else:
                _pack(uploads, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


def import_kept(path: Path, source: str, name: str, home: Home, *, progress: Progress | None = None) -> ImportReport:
    """Imports what ``keep`` wrote and deletes it. ``source`` is what the uploader called it.

    Raises as ``import_images`` does, and speaks of ``source``.
    """
    with _deleted_afterwards(path):
        try:
            return import_images(path, name, home, progress=progress, source=source)
        except LabError as error:
            raise _renamed(error, path.name, source) from error


def source_of(uploads: Sequence[Upload]) -> str:
    """What to call them together: the file, or the folder that was chosen."""
    first = uploads[0].name.replace("\\", "/")
    return first if len(uploads) == 1 else first.split("/")[0]


def suggested_name(source: str, home: Home) -> str:
    """A name that a dataset may have and that is free: "Mis hojas (2).zip" -> "mis_hojas_2"."""
    stem = re.sub(r"\.zip$", "", source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1], flags=re.IGNORECASE)
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")
    slug = slug if slug[:1].isalpha() else f"images_{slug}".rstrip("_")
    slug = slug[:_LONGEST_NAME].rstrip("_")
    taken = {*registry("dataset"), *catalogue.imported_names(home)}
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}_{number}"
    return free


def _pack(uploads: Sequence[Upload], path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice: each is an image of its own
        for upload in uploads:
            name = upload.name.replace("\\", "/").encode("utf-8", "replace").decode()
            with archive.open(zipfile.ZipInfo(name or "-"), "w", force_zip64=True) as entry:
                _copy(upload, entry)


def _copy(upload: Upload, target: BinaryIO | object) -> None:
    upload.seek(0)
    while chunk := upload.read(_CHUNK):
        target.write(chunk)  # type: ignore[union-attr]


@contextmanager
def _deleted_afterwards(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _renamed(error: LabError, ours: str, source: str) -> LabError:
    """The error with the uploader's name in place of the number."""
    problems = tuple(
        Problem(each.code, each.field, {k: source if v == ours else v for k, v in each.params.items()})
        for each in error.problems
    )
    return DataError.from_problems(problems)


def _folder(home: Home) -> Path:
    return home.cache / "uploads"


def _remove_abandoned(folder: Path, *, older_seconds: float = _ABANDONED_SECONDS) -> None:
    """What a killed app left."""
    for left in folder.iterdir():
        if time.time() - left.stat().st_mtime > older_seconds:
            left.unlink(missing_ok=True) if left.is_file() else shutil.rmtree(left, ignore_errors=True)
