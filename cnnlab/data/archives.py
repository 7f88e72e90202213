"""The files of a folder or a zip, listed without trusting any name in them and read one at a time."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.data.arrange import Parts, as_text
from cnnlab.errors import DataError

MAX_FILES = 1_000_000
MAX_FILE_BYTES = 64 * 1024**2
MAX_TOTAL_BYTES = 64 * 1024**3
MAX_RATIO = 200  # unpacked to packed; photographs are near 1, drawings below 50
RATIO_APPLIES_FROM = 64 * 1024**2

_DRIVE = re.compile(r"[A-Za-z]:")


class Unreadable(Exception):  # noqa: N818  # a reason to skip one file, not an error of the import
    """This one file can't be read; ``reason`` is a key of "data.skipped"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Item:
    """One file: its path as text parts, for the report and the arrangement only, and how to get its bytes."""

    path: Parts
    read: Callable[[], bytes]


@dataclass
class Listing:
    items: list[Item] = field(default_factory=list)
    folders: list[Parts] = field(default_factory=list)
    links: list[Parts] = field(default_factory=list)
    unreadable: list[Parts] = field(default_factory=list)  # folders


@contextmanager
def opened(path: Path) -> Iterator[Listing]:
    """What is in a folder or zip, which stays open meanwhile.

    Raises ``DataError``: "import_missing", "import_kind", "zip_broken", "zip_encrypted", "zip_unsafe", "too_many".
    """
    if path.is_dir():
        yield _folder(path)
    elif not path.exists():
        raise DataError("import_missing", field="path", value=str(path))
    elif not zipfile.is_zipfile(path):
        raise DataError("import_kind", field="path", value=path.name)
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                yield _zip(archive, path)
        except zipfile.BadZipFile as error:
            raise DataError("zip_broken", field="path", value=path.name) from error


def _folder(root: Path) -> Listing:
    listing = Listing()

    def parts_of(folder: str) -> Parts:
        return tuple(as_text(part) for part in Path(folder).relative_to(root).parts)

    def closed(error: OSError) -> None:
        listing.unreadable.append(parts_of(error.filename))

    # links to folders are not followed: they may lead anywhere, or round
    for folder, folders, files in os.walk(root, onerror=closed):
        folders.sort()
        here = parts_of(folder)
        for name in [*folders, *sorted(files)]:
            path = Path(folder, name)
            parts = (*here, as_text(name))
            if path.is_symlink():
                listing.links.append(parts)
            elif path.is_dir():
                listing.folders.append(parts)
            else:
                listing.items.append(Item(parts, lambda path=path: _read_file(path)))  # type: ignore[misc]
        if len(listing.items) > MAX_FILES:
            raise DataError("too_many", field="path", value=root.name, limit=MAX_FILES)
    return listing


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Unreadable("file_too_large")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("unreadable") from error


def _zip(archive: zipfile.ZipFile, path: Path) -> Listing:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise DataError("too_many", field="path", value=path.name, limit=MAX_FILES)
    listing = Listing()
    meter = _Meter(path.name, max(path.stat().st_size, 1))
    for entry in entries:
        parts = _safe_parts(entry, path.name)
        if entry.is_dir():
            listing.folders.append(parts)
        elif parts:
            listing.items.append(Item(parts, lambda entry=entry: _read_entry(archive, entry, meter)))  # type: ignore[misc]
    return listing


def _safe_parts(entry: zipfile.ZipInfo, archive: str) -> Parts:
    """Raises ``DataError`` for what no honest program packs: one such entry and nothing of the zip is trusted."""
    name = entry.filename.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    linked = stat.S_ISLNK(entry.external_attr >> 16)
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts or linked or "\0" in name:
        raise DataError("zip_unsafe", field="path", value=archive, entry=as_text(entry.filename)[:120])
    if entry.flag_bits & 0x1:
        raise DataError("zip_encrypted", field="path", value=archive)
    return tuple(as_text(part) for part in parts)


@dataclass
class _Meter:
    """What has really come out of a zip: headers may say anything."""

    archive: str
    packed: int
    unpacked: int = 0

    def add(self, count: int) -> None:
        self.unpacked += count
        swollen = self.unpacked > RATIO_APPLIES_FROM and self.unpacked > MAX_RATIO * self.packed
        if swollen or self.unpacked > MAX_TOTAL_BYTES:
            raise DataError("zip_too_large", field="path", value=self.archive, limit=MAX_TOTAL_BYTES // 1024**3)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, meter: _Meter) -> bytes:
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("unreadable") from error
    meter.add(len(data))
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable("file_too_large")
    return data
