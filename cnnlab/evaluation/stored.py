"""Predictions that are already on the disk, if they are of the weights and the split that the run has now.

A file states what it was measured with. One that states nothing is believed: whoever wrote it took away what was of
earlier weights. Importing this imports no torch.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from cnnlab.data.splits import SplitIndex
from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.predictions import Origin, file_of, origin_of, read_table

_BEST = re.compile(r"best-(\d{6})\.[0-9a-f]{64}\.safetensors")


def weights_name(folder: Path) -> str:
    """Names the best weights in the folder of a run; "" where there are none.

    Read from names and a stamp, never from the weights themselves, so that every page can ask at every rerun.
    """
    checkpoints = folder / "checkpoints"
    with contextlib.suppress(OSError):
        return (checkpoints / "best.safetensors.sha256").read_text("utf-8").strip()
    best = [path.name for path in checkpoints.glob("best-*.safetensors") if _BEST.fullmatch(path.name)]
    return max(best, default="")


def split_name(folder: Path) -> str:
    """The fingerprint of the run's split; "" where it can't be read."""
    path = folder / "split.npz"
    with contextlib.suppress(OSError, LabError):
        return _fingerprint(path, path.stat().st_mtime_ns)
    return ""


@functools.lru_cache(maxsize=64)
def _fingerprint(path: Path, _written: int) -> str:
    return SplitIndex.load(path).fingerprint


def is_current(folder: Path, split: str) -> bool:
    """Whether there is a file that can be used; its pages are not read.

    Raises ``RunError`` ("unknown_split", "predictions_damaged").
    """
    try:
        found = origin_of(folder / file_of(split))
    except FileNotFoundError:
        return False
    return _fits(found, folder)


def stored_table(folder: Path, split: str, *, without: Sequence[str] = ()) -> pa.Table:
    """A row a sample of ``split``, in its order; ``without`` columns that are not needed and may be large.

    Raises ``FileNotFoundError`` where nothing was measured, or only other weights or another split were; ``RunError``
    ("predictions_damaged", "unknown_split").
    """
    path = folder / file_of(split)
    if not _fits(origin_of(path), folder):
        raise FileNotFoundError(path)
    return read_table(path, without=without)


def stored_predictions(folder: Path, split: str, *, without: Sequence[str] = ()) -> dict[str, list[Any]]:
    """``stored_table`` as Python values."""
    columns: dict[str, list[Any]] = stored_table(folder, split, without=without).to_pydict()
    return columns


def stored_metrics(folder: Path, split: str) -> dict[str, float] | None:
    """The task's metrics, as they were measured with the predictions; ``None`` where there are none to be used."""
    with contextlib.suppress(FileNotFoundError, RunError):
        found = origin_of(folder / file_of(split))
        if found is not None and _fits(found, folder):
            return found.metrics
    return None


def _fits(found: Origin | None, folder: Path) -> bool:
    if found is None:
        return True
    weights, split = weights_name(folder), split_name(folder)
    # where the run lost its weights or its split, nothing says that the numbers are of others
    return weights in ("", found.weights) and split in ("", found.split)
