"""Prepared datasets on disk: decoded once into uint8 arrays of one size, mapped into memory ever after.

``home/cache/prepared/<key>/`` has ``inputs.npy`` (N x H x W x C), ``targets.npy``, ``official.npy``,
``manifest.parquet``, ``meta.json``, and where the source knows them ``masks.npy`` and ``boxes.npy``. A folder is
written beside its place under a lock and renamed when it is whole, so that two processes may prepare at once.
"""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from filelock import FileLock
from numpy.typing import NDArray

from cnnlab.data.content import Content, Official
from cnnlab.data.image import Pixels, Resize, prepare_mask
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.home import Home

VERSION = 1  # raise it when ``image.prepare`` or a file below changes what it holds
DIGEST_LIMIT = 128 * 1024 * 1024  # larger files are held to their size only: reading them twice costs seconds


@dataclass(frozen=True)
class Form:
    """What the images are made into."""

    size: int
    channels: int
    resize: Resize

    def key(self, fingerprint: str) -> str:
        text = f"{VERSION} {fingerprint} {self.size} {self.channels} {self.resize}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Prepared:
    """One prepared folder, whole and opened."""

    folder: Path
    fingerprint: str
    class_names: tuple[str, ...]
    inputs: Pixels  # [N, H, W, C], mapped
    targets: NDArray[np.int64]
    official: NDArray[np.int8]

    def manifest(self) -> dict[str, list[Any]]:
        """All columns: "file", "label", "width", "height", "mode", "split" and group columns."""
        columns: dict[str, list[Any]] = pq.read_table(self.folder / "manifest.parquet").to_pydict()
        return columns

    def array(self, name: str) -> NDArray[Any] | None:
        """An optional array ("masks", "boxes"), mapped; None where the source has none."""
        path = self.folder / f"{name}.npy"
        return np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None


@contextmanager
def saying_disk_full(path: Path) -> Iterator[None]:
    """A full disk becomes ``DataError`` ("disk_full")."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError("disk_full", field="CNNLAB_HOME", value=str(path)) from error
        raise


def find(home: Home, fingerprint: str, form: Form) -> Prepared | None:
    """The prepared folder, or None when it is not there or not whole."""
    folder = home.cache / "prepared" / form.key(fingerprint)
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        for name, (size, digest) in meta["files"].items():
            path = folder / name
            if path.stat().st_size != size or (size <= DIGEST_LIMIT and _digest(path) != digest):
                return None
        arrays = [np.load(folder / name, allow_pickle=False) for name in ("targets.npy", "official.npy")]
        inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # missing or damaged: it is made again from the source
    return Prepared(folder, fingerprint, tuple(meta["class_names"]), inputs, arrays[0], arrays[1])


def is_written(home: Home, fingerprint: str, form: Form) -> bool:
    """Whether there is such a folder; ``find`` also holds it to what it should be, which reads all of it."""
    return (home.cache / "prepared" / form.key(fingerprint) / "meta.json").is_file()


def write(content: Content, home: Home, form: Form, progress: Progress | None = None) -> Prepared:
    """Prepares ``content`` unless another process did meanwhile.

    Raises ``DataError``: "disk_full", or what is wrong with an image.
    """
    fingerprint = content.fingerprint
    key = form.key(fingerprint)
    root = home.cache / "prepared"
    with saying_disk_full(root):
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f"{key}.lock"):
            ready = find(home, fingerprint, form)
            if ready is not None:
                return ready
            for left in root.glob(f".{key}.*"):  # of a process that was killed: we hold the lock
                shutil.rmtree(left, ignore_errors=True)
            staging = root / f".{key}.{secrets.token_hex(4)}"
            staging.mkdir()
            try:
                _fill(staging, content, form, fingerprint, progress)
                _put(staging, root / key)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        written = find(home, fingerprint, form)
    if written is None:
        raise DataError("dataset_broken", value=str(root / key))
    return written


def _put(staging: Path, place: Path) -> None:
    if place.exists():  # damaged; readers that have it mapped keep their pages
        place.rename(staging / "replaced")
        (staging / "replaced").rename(staging.with_name(f"{staging.name}.old"))
        shutil.rmtree(staging.with_name(f"{staging.name}.old"), ignore_errors=True)
    staging.rename(place)


def _fill(folder: Path, content: Content, form: Form, fingerprint: str, progress: Progress | None) -> None:
    total = len(content.images)
    originals: dict[str, list[Any]] = {"width": [], "height": [], "mode": []}
    # written, not mapped: on a full disk a mapped page ends the process instead of raising
    with (folder / "inputs.npy").open("wb") as file:
        _write_header(file, np.dtype(np.uint8), (total, form.size, form.size, form.channels))
        for chunk in content.images.chunks(form.size, form.channels, form.resize):
            file.write(np.ascontiguousarray(chunk.pixels).data)
            originals["width"] += chunk.widths
            originals["height"] += chunk.heights
            originals["mode"] += chunk.modes
            if progress:
                progress("progress.preparing", len(originals["mode"]), total)
    _save(folder / "targets.npy", content.labels.astype(np.int64))
    _save(folder / "official.npy", content.official.astype(np.int8))
    if content.masks is not None:
        _write_truth(folder, content.masks, form)
    _write_manifest(folder / "manifest.parquet", content, originals)
    files = {path.name: (path.stat().st_size, _digest(path)) for path in sorted(folder.iterdir())}
    meta = {
        "version": VERSION,
        "fingerprint": fingerprint,
        "class_names": content.class_names,
        "samples": total,
        "size": form.size,
        "channels": form.channels,
        "resize": form.resize,
        "files": files,
    }
    (folder / "meta.json").write_text(json.dumps(meta), "utf-8")


def _write_header(file: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    stated = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, stated)


def _save(path: Path, array: NDArray[Any]) -> None:
    """``np.save`` that says of a full disk that it is full: numpy's own loses the error number."""
    with path.open("wb") as file:
        _write_header(file, array.dtype, array.shape)
        file.write(np.ascontiguousarray(array).data)


def _write_truth(folder: Path, masks: NDArray[np.uint8], form: Form) -> None:
    """Masks moved as the images are, and the box around each object: x0, y0, x1, y1, the last two exclusive."""
    moved = np.stack([prepare_mask(mask, size=form.size, resize=form.resize) for mask in masks])
    _save(folder / "masks.npy", moved)
    _save(folder / "boxes.npy", boxes_of(moved == 1))  # what was planted beside the object is none of it


def boxes_of(masks: NDArray[Any]) -> NDArray[np.int32]:
    """[N, H, W] -> [N, 4] x0, y0, x1, y1 in pixels, the last two exclusive; zeros for an empty mask."""
    columns: NDArray[np.bool_] = np.asarray(masks.any(axis=1))
    rows: NDArray[np.bool_] = np.asarray(masks.any(axis=2))
    boxes = np.stack(
        [
            columns.argmax(1),
            rows.argmax(1),
            columns.shape[1] - columns[:, ::-1].argmax(1),
            rows.shape[1] - rows[:, ::-1].argmax(1),
        ],
        axis=1,
    ).astype(np.int32)
    boxes[~np.asarray(columns.any(axis=1))] = 0
    return boxes


def _write_manifest(path: Path, content: Content, originals: dict[str, list[Any]]) -> None:
    splits = {part: None if part is Official.NONE else part.name.lower() for part in Official}
    columns: dict[str, Any] = {
        "file": list(content.files),
        "label": [content.class_names[k] for k in content.labels],
        **originals,
        "split": [splits[Official(k)] for k in content.official],
        **{name: list(values) for name, values in content.columns.items()},
    }
    pq.write_table(pa.table(columns), path, compression="zstd")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
