"""An imported dataset as it lies under the home: the original files by number, their manifest, what was skipped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from cnnlab.data.catalogue import imported_folder
from cnnlab.data.content import Content, FileImages, Official
from cnnlab.errors import DataError
from cnnlab.home import Home

FOLDER_COLUMN = "folder"
FILES = "files"
_STORED = re.compile(r"\d{3,}/\d{6,}\.[a-z]{3,4}")


def stored_path(number: int, suffix: str) -> str:
    """A thousand files a folder: some file systems are slow beyond."""
    return f"{number // 1000:03d}/{number:06d}.{suffix}"


def write_manifest(folder: Path, columns: Mapping[str, list[Any]]) -> None:
    """ "file", "label", "split" (a value of ``Official``), "folder", "width", "height", "mode", "sha256", "stored"."""
    pq.write_table(pa.table(dict(columns)), folder / "manifest.parquet", compression="zstd")


def content_of(folder: Path, class_names: tuple[str, ...], columns: Mapping[str, list[Any]]) -> Content:
    """The content that a manifest describes, with its files under ``folder``."""
    if not all(_STORED.fullmatch(stored) for stored in columns["stored"]):
        raise ValueError("a stored name is not one of ours")
    numbers = {name: k for k, name in enumerate(class_names)}
    groups = columns[FOLDER_COLUMN]
    return Content(
        images=FileImages([folder / FILES / s for s in columns["stored"]], columns["file"], columns["sha256"]),
        labels=np.array([numbers[label] for label in columns["label"]], np.int64),
        class_names=class_names,
        files=columns["file"],
        official=np.array([Official(code) for code in columns["split"]], np.int8),
        columns={FOLDER_COLUMN: groups} if any(groups) else {},
    )


def read(name: str, home: Home) -> Content:
    """Raises ``DataError`` ("dataset_broken") when the manifest is missing or damaged; files are looked at later."""
    folder = imported_folder(name, home)
    try:
        stored = json.loads((folder / "dataset.json").read_text("utf-8"))
        columns: dict[str, list[Any]] = pq.read_table(folder / "manifest.parquet").to_pydict()
        return content_of(folder, tuple(stored["classes"]), columns)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise DataError("dataset_broken", field="data.dataset", value=name) from error
