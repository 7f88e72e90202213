"""Who is near whom among unit vectors: exact, by matrix products in pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnlab.data.types import Progress

Unit = NDArray[np.floating[Any]]
PIECE = 1024  # rows a product: 1 024 x 60 000 cosines are 250 MB


def nearest(
    queries: Unit,
    base: Unit,
    count: int,
    *,
    own: NDArray[np.int64] | None = None,
    progress: Progress | None = None,
    phase: str = "progress.neighbours",
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """([Q, k] rows of ``base``, [Q, k] cosines), the nearest first; k is ``count`` or what ``base`` has.

    ``own`` [Q]: the row of ``base`` that a query is itself, which is left out (-1: none).
    """
    most = len(base) - (1 if own is not None else 0)
    count = max(0, min(count, most))
    rows = np.zeros((len(queries), count), np.int64)
    cosines = np.zeros((len(queries), count), np.float32)
    whole = torch.from_numpy(np.asarray(base, np.float32)).T
    for start in range(0, len(queries), PIECE):
        if progress is not None:
            progress(phase, start, len(queries))
        piece = torch.from_numpy(np.asarray(queries[start : start + PIECE], np.float32)) @ whole
        if own is not None:
            mine = torch.from_numpy(own[start : start + PIECE])
            there = torch.nonzero(mine >= 0).flatten()
            piece[there, mine[there]] = -torch.inf
        found = piece.topk(count, dim=1)
        rows[start : start + PIECE] = found.indices.numpy()
        cosines[start : start + PIECE] = found.values.numpy()
    return rows, cosines
