"""Images that are nearly the same: recoded, brightened, mirrored, cut a little.

Candidates are the nearest in the network's feature space, and the nearest by coarse pixels as they are and mirrored.
A candidate is a near-duplicate where its pixels agree with the image's, and agree much better than those of the other
candidates do: two of the digit 1 agree by nature, so a fixed number alone would call half of them the same.
What the thresholds find: docs/benchmarks/duplicates.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.types import Progress
from cnnlab.evaluation.duplicates.overlay import FINE, GRID, Pixels, described, overlaid
from cnnlab.evaluation.space.neighbours import nearest

WHOLE_AGREEMENT, CUT_AGREEMENT = 0.97, 0.95  # correlation of the pixels, at least
WHOLE_RATIO, CUT_RATIO = 0.15, 0.12  # what is missing to 1, of what the image's median candidate misses, at most
COARSE = 8  # pixels a side in which candidates are looked for
BY_FEATURES, BY_PIXELS = 6, 3  # candidates an image; by pixels as they are, and as many mirrored
MOST = 100_000  # images; beyond them only identical ones are looked for
_PIECE = 256

Unit = NDArray[np.floating[Any]]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Near:
    first: int
    second: int
    agreement: float  # of the pixels, at most 1
    cosine: float  # of the features
    mirrored: bool
    cut: bool


def near_duplicates(
    inputs: NDArray[np.uint8],
    unit: Unit,
    queries: Index,
    *,
    learned: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> list[Near]:
    """``inputs`` [N, H, W, C] and ``unit`` [N, D] of a whole dataset; pairs of which one at least is in ``queries``.

    ``learned`` [N]: the training images. Their pairs with others are judged from the others' side alone, so that
    those are the same whether training images are among the queries or not. Each pair once, the most alike first.
    """
    coarse = described(inputs, COARSE, progress, grey=False)
    pixels = Pixels(described(inputs, GRID, progress), described(inputs, FINE, progress))
    candidates = _candidates(coarse, unit, queries, progress)
    found: dict[tuple[int, int], Near] = {}
    for start in range(0, len(queries), _PIECE):
        if progress is not None:
            progress("progress.overlaying", start, len(queries))
        rows, near = queries[start : start + _PIECE], candidates[start : start + _PIECE]
        for row, column, agreement, mirrored, cut in _judged(pixels, rows, near):
            one, other = int(rows[row]), int(near[row, column])
            if learned is not None and learned[one] and not learned[other]:
                continue
            one, other = sorted((one, other))
            before = found.get((one, other))
            if before is None or before.agreement < agreement:
                cosine = float(np.dot(unit[one].astype(np.float32), unit[other].astype(np.float32)))
                found[one, other] = Near(one, other, agreement, cosine, mirrored, cut)
    return sorted(found.values(), key=lambda pair: (-pair.agreement, pair.first, pair.second))


def _judged(pixels: Pixels, rows: Index, near: Index) -> list[tuple[int, int, float, bool, bool]]:
    """(row, column, agreement, mirrored, cut) of the candidates that pass."""
    over = overlaid(pixels, rows, near)
    whole = _passes(over.whole, over.whole, WHOLE_AGREEMENT, WHOLE_RATIO)
    cut = _passes(over.cut, over.grid, CUT_AGREEMENT, CUT_RATIO) & ~whole
    shows = (np.abs(pixels.fine[rows]).sum(1) > 0)[:, None]  # a constant image is not like any other
    said = []
    for row, column in zip(*np.nonzero((whole | cut) & shows), strict=True):
        at = (int(row), int(column))
        is_cut = bool(cut[at])
        agreement = float(over.cut[at] if is_cut else over.whole[at])
        mirrored = bool(over.cut_mirrored[at] if is_cut else over.mirrored[at])
        said.append((*at, min(1.0, agreement), mirrored, is_cut))
    return said


def _passes(
    agreement: NDArray[np.float32], among: NDArray[np.float32], least: float, ratio: float
) -> NDArray[np.bool_]:
    usual = 1 - np.median(among, axis=1, keepdims=True)
    passed: NDArray[np.bool_] = (agreement >= least) & (1 - agreement <= ratio * usual + 1e-6)
    return passed


def _candidates(coarse: NDArray[np.float32], unit: Unit, queries: Index, progress: Progress | None) -> Index:
    """[Q, k] rows of the whole dataset; one may be there twice."""
    channels = coarse.shape[1] // COARSE**2
    mirrored = coarse.reshape(-1, channels, COARSE, COARSE)[:, :, :, ::-1].reshape(coarse.shape)
    looked = (
        (unit, unit, BY_FEATURES, "progress.neighbours"),
        (coarse, coarse, BY_PIXELS, "progress.pixel_neighbours"),
        (mirrored, coarse, BY_PIXELS, "progress.pixel_neighbours"),
    )
    found = [
        nearest(asked[queries], base, count, own=queries, progress=progress, phase=phase)[0]
        for asked, base, count, phase in looked
    ]
    return np.concatenate(found, axis=1)
