"""Public data sets as torchvision reads them: one adapter, a row of the data file each."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from cnnlab.data.content import ArrayImages, Content, FileImages, Images, Official
from cnnlab.data.downloads import fetch
from cnnlab.data.store import saying_disk_full
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.home import Home
from cnnlab.registry import Entry

_OFFICIAL = {"train": Official.TRAIN, "validation": Official.VALIDATION, "test": Official.TEST}


def read(entry: Entry, options: dict[str, Any], home: Home, progress: Progress | None) -> Content:  # noqa: ARG001
    """Raises ``DataError``: "dataset_offline", "download_damaged", "disk_full"."""
    folder = home.cache / "downloads" / entry.name
    with saying_disk_full(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            fetch(entry.facts["downloads"], folder, entry.name, progress)
            if progress:
                progress("progress.unpacking", 0, 1)
            parts = {part: _opened(entry, folder, how) for part, how in entry.facts["parts"].items()}
    labels = np.concatenate([_labels(part) for part in parts.values()])
    official = [np.full(len(_labels(part)), _OFFICIAL[name], np.int8) for name, part in parts.items()]
    images, files = _images(list(parts.values()), list(parts), folder, bool(entry.facts.get("transposed")))
    classes = tuple(str(name) for name in entry.facts["classes"])
    return Content(images, labels, classes, files, np.concatenate(official), _columns(entry, files))


def _opened(entry: Entry, folder: Path, how: dict[str, Any]) -> Any:
    """torchvision's dataset object; all it could want to download is there already, so it only unpacks."""
    from torchvision import datasets

    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints; the last line of ours is read by scripts
            return getattr(datasets, entry.facts["torchvision"])(str(folder), download=True, **how)
    except (RuntimeError, EOFError) as error:  # what it says of unpacked files that are not whole
        raise DataError("download_damaged", field="data.dataset", value=entry.name, origin=str(folder)) from error


def _labels(part: Any) -> NDArray[np.int64]:
    """Whatever name this dataset has for them."""
    if hasattr(part, "_samples"):
        return np.array([label for _, label in part._samples], np.int64)
    for name in ("targets", "labels", "_labels"):
        if hasattr(part, name):
            return np.asarray(getattr(part, name)).astype(np.int64)
    raise TypeError(f"{type(part).__name__} has no labels that we know of")


def _images(parts: list[Any], names: list[str], folder: Path, transposed: bool) -> tuple[Images, Sequence[str]]:
    if hasattr(parts[0], "data"):
        pixels = np.concatenate([_channels_last(np.asarray(part.data), transposed) for part in parts])
        numbered = zip(names, parts, strict=True)
        return ArrayImages(pixels), [f"{name}/{i:06d}" for name, part in numbered for i in range(len(part.data))]
    paths = [path for part in parts for path in _paths(part)]
    files = [str(path.relative_to(folder)) for path in paths]
    with ThreadPoolExecutor(2) as pool:
        return FileImages(paths, files, list(pool.map(_sha256, paths))), files


def _channels_last(pixels: NDArray[np.uint8], transposed: bool) -> NDArray[np.uint8]:
    """[N, H, W], [N, 3, H, W] or [N, H, W, 3] as [N, H, W, C]. EMNIST has rows and columns exchanged."""
    if pixels.ndim == 3:
        pixels = pixels.transpose(0, 2, 1) if transposed else pixels
        return np.ascontiguousarray(pixels)[..., None]
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)) if pixels.shape[1] == 3 else pixels


def _paths(part: Any) -> list[Path]:
    if hasattr(part, "_samples"):
        return [Path(path) for path, _ in part._samples]
    return [Path(path) for path in (part._image_files if hasattr(part, "_image_files") else part._images)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _columns(entry: Entry, files: Sequence[str]) -> dict[str, list[str]]:
    """GTSRB: the thirty pictures of one sign are a track, named by class folder and first number of the file."""
    if entry.facts.get("group_by") != "track":
        return {}
    return {"track": [_track(Path(file)) for file in files]}


def _track(path: Path) -> str:
    number, separator, _ = path.stem.partition("_")
    return f"{path.parent.name}/{number}" if separator else ""
