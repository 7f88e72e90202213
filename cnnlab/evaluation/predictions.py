"""Predictions on disk: Parquet, a row a sample, whatever the task's columns are; a file a split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from cnnlab.errors import RunError

if TYPE_CHECKING:
    from cnnlab.tasks.base import Predictions

SPLITS = ("train", "validation", "test")
PREDICTIONS = Path("predictions", "test.parquet")  # of the test split, in the folder of a run
_ORIGIN = b"cnnlab"  # in the file's own metadata


@dataclass(frozen=True)
class Origin:
    """What a file was measured with, and the task's metrics that came out of the same pass."""

    weights: str  # as ``stored.weights_name`` has it
    split: str  # fingerprint of the run's split
    metrics: dict[str, float]


def file_of(split: str) -> Path:
    """Where a run's folder holds the predictions of ``split``."""
    if split not in SPLITS:
        raise RunError("unknown_split", field="--split", value=split[:80], known=", ".join(SPLITS))
    return PREDICTIONS.with_stem(split)


def forget_predictions(folder: Path) -> None:
    """Those of every split, in the folder of a run: other weights come."""
    for split in SPLITS:
        (folder / file_of(split)).unlink(missing_ok=True)


def write_predictions(
    path: Path, batches: Sequence[Predictions], files: Sequence[str] | None = None, *, origin: Origin | None = None
) -> None:
    """Column "index" counts in the dataset; "file" names the sample where ``files`` (by that index) is given."""
    places = [i for batch in batches for i in _plain(batch.index)]
    columns: dict[str, Any] = {"index": places}
    if files is not None:
        columns["file"] = [files[i] for i in places]
    for name in batches[0].columns if batches else ():
        columns[name] = _column([batch.columns[name] for batch in batches])
    table = pa.table(columns)
    if origin is not None:
        table = table.replace_schema_metadata({_ORIGIN: json.dumps(asdict(origin))})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
    temporary.replace(path)


def origin_of(path: Path) -> Origin | None:
    """``None`` for a file that states none. Raises as ``read_table`` does."""
    try:
        stated = (pq.read_schema(path).metadata or {}).get(_ORIGIN)
        if stated is None:
            return None
        said = json.loads(stated)
        return Origin(str(said["weights"]), str(said["split"]), {str(k): float(v) for k, v in said["metrics"].items()})
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError("predictions_damaged", value=str(path)) from error


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


def _column(parts: Sequence[Any]) -> Any:
    """The batches of a column in one. What is [N, width] goes over as it is: of 1,000 classes the lists that Python
    would make of it take minutes and gigabytes."""
    if all(hasattr(part, "numpy") or isinstance(part, np.ndarray) for part in parts):
        values = np.concatenate([_array(part) for part in parts])
        if values.ndim == 1:
            return pa.array(values)
        if values.ndim == 2:
            starts = np.arange(0, values.size + 1, values.shape[1] or 1, dtype=np.int32)
            return pa.ListArray.from_arrays(starts, pa.array(values.reshape(-1)))
    return [value for part in parts for value in _plain(part)]


def _array(values: Any) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = values if isinstance(values, np.ndarray) else values.detach().cpu().numpy()
    return found


def _plain(values: Any) -> list[Any]:
    """Tensors and arrays as Python values: what Arrow infers its types from."""
    return values.tolist() if hasattr(values, "tolist") else list(values)
