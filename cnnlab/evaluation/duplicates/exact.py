"""Images that are the same: the same prepared pixels, and among those the same original file."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cnnlab.data.catalogue import find, imported_folder
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.home import Home

_PIECE = 4096


def same_pixels(inputs: NDArray[np.uint8], progress: Progress | None = None) -> list[list[int]]:
    """[N, H, W, C] -> groups of two or more samples with the same pixels, each ascending."""
    by_digest: dict[bytes, list[int]] = {}
    for start in range(0, len(inputs), _PIECE):
        if progress is not None:
            progress("progress.hashing", start, len(inputs))
        piece = np.ascontiguousarray(inputs[start : start + _PIECE])
        for place, image in enumerate(piece):
            digest = hashlib.blake2b(image.data, digest_size=16).digest()
            by_digest.setdefault(digest, []).append(start + place)
    return [group for group in by_digest.values() if len(group) > 1]


def file_digests(dataset: str, samples: int, home: Home) -> list[str]:
    """[N] SHA-256 of each original file, as they were imported; [] for datasets whose files are not ours."""
    try:
        if not find(dataset, home).imported:
            return []
        stored = pq.read_table(imported_folder(dataset, home) / "manifest.parquet", columns=["sha256"])
        digests: list[str] = stored["sha256"].to_pylist()
    except (OSError, KeyError, ValueError, pa.ArrowException, LabError):
        return []
    return digests if len(digests) == samples else []
