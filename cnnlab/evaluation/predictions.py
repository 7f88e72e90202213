"""Predictions on disk: Parquet, a row a sample, whatever the task's columns are; a file a split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from cnnlab.errors import RunError

if TYPE_CHECKING:
    from cnnlab.tasks.base import Predictions

SPLITS = ("train", "validation", "test")
PREDICTIONS = Path("predictions", "test.parquet")  # of the test split, in the folder of a run


def file_of(split: str) -> Path:
    """Where a run's folder holds the predictions of ``split``."""
    if split not in SPLITS:
        raise RunError("unknown_split", field="--split", value=split[:80], known=", ".join(SPLITS))
    return PREDICTIONS.with_stem(split)


def forget_predictions(folder: Path) -> None:
    """Those of every split, in the folder of a run: other weights come."""
    for split in SPLITS:
        (folder / file_of(split)).unlink(missing_ok=True)


def write_predictions(path: Path, batches: Sequence[Predictions], files: Sequence[str] | None = None) -> None:
    """Column "index" counts in the dataset; "file" names the sample where ``files`` (by that index) is given."""
    columns: dict[str, list[Any]] = {"index": [i for batch in batches for i in _plain(batch.index)]}
    if files is not None:
        columns["file"] = [files[i] for i in columns["index"]]
    for name in batches[0].columns if batches else ():
        columns[name] = [value for batch in batches for value in _plain(batch.columns[name])]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    pq.write_table(pa.table(columns), temporary, compression="zstd", write_page_checksum=True)
    temporary.replace(path)


def read_predictions(path: Path, *, without: Sequence[str] = ()) -> dict[str, list[Any]]:
    """As ``read_table``, as Python values."""
    columns: dict[str, list[Any]] = read_table(path, without=without).to_pydict()
    return columns


def read_table(path: Path, *, without: Sequence[str] = ()) -> pa.Table:
    """``without``: columns that are not needed and may be large.

    Raises ``FileNotFoundError``, and ``RunError`` ("predictions_damaged") for whatever else keeps it from being read.
    """
    try:
        names = [name for name in pq.read_schema(path).names if name not in without]
        return pq.read_table(path, columns=names, page_checksum_verification=True)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise RunError("predictions_damaged", value=str(path)) from error


def _plain(values: Any) -> list[Any]:
    """Tensors and arrays as Python values: what Arrow infers its types from."""
    return values.tolist() if hasattr(values, "tolist") else list(values)
