"""Predictions on disk: Parquet, a row a sample, whatever the task's columns are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from cnnlab.tasks.base import Predictions


def write_predictions(path: Path, batches: Sequence[Predictions], files: Sequence[str] | None = None) -> None:
    """Column "index" counts in the dataset; "file" names the sample where ``files`` (by that index) is given."""
    columns: dict[str, list[Any]] = {"index": [i for batch in batches for i in _plain(batch.index)]}
    if files is not None:
        columns["file"] = [files[i] for i in columns["index"]]
    for name in batches[0].columns if batches else ():
        columns[name] = [value for batch in batches for value in _plain(batch.columns[name])]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    pq.write_table(pa.table(columns), temporary, compression="zstd")
    temporary.replace(path)


def read_predictions(path: Path) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = pq.read_table(path).to_pydict()
    return columns


def _plain(values: Any) -> list[Any]:
    """Tensors and arrays as Python values: what Arrow infers its types from."""
    return values.tolist() if hasattr(values, "tolist") else list(values)
