"""Images that are like nothing the network was trained on, and images that show nothing.

Distance to the k-th nearest training sample among unit features (Sun, Ming, Zhu, Li 2022, "Out-of-Distribution
Detection with Deep Nearest Neighbors", ICML). What is far is measured by the training split itself: each of its
samples has a distance to the others, and a sample counts as an outlier beyond the 99th percentile of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.types import Progress
from cnnlab.evaluation.space.neighbours import nearest

K = 10
QUANTILE = 0.99
MEASURED_ON = 5000  # training samples, evenly spaced, that the threshold is taken from
FLAT = 2.0  # grey levels of 255: a standard deviation below that shows nothing to the eye
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Outliers:
    """Of N samples of a split. ``distance``: Euclidean, of unit vectors, to the k-th nearest training sample."""

    distance: Floats  # [N], in [0, 2]
    threshold: float
    k: int
    kinds: tuple[str, ...]  # [N] "black", "white", "constant", "flat" or "": what the pixels alone say

    def far(self) -> list[int]:
        """Beyond the threshold, the farthest first."""
        order = np.lexsort((np.arange(len(self.distance)), -self.distance))
        return [int(place) for place in order if self.distance[place] > self.threshold]

    def empty(self) -> list[int]:
        """Those whose pixels show nothing, in the split's order."""
        return [place for place, kind in enumerate(self.kinds) if kind]


def distances(
    unit: NDArray[np.floating[Any]],
    training: NDArray[np.floating[Any]],
    k: int = K,
    *,
    own: bool = False,
    progress: Progress | None = None,
) -> tuple[Floats, float, int]:
    """([N] distances, the threshold, k). ``own``: ``unit`` are the training samples, each left out of its own.

    Where the training split has no more than k samples, k is what it has.
    """
    k = max(1, min(k, len(training) - 1))
    places = np.unique(np.linspace(0, len(training) - 1, min(MEASURED_ON, len(training))).round().astype(np.int64))
    among = _kth(training[places], training, k, places, progress)
    found = _kth(unit, training, k, np.arange(len(unit)) if own else None, progress)
    return found, float(np.quantile(among, QUANTILE)), k


def _kth(
    unit: NDArray[np.floating[Any]],
    training: NDArray[np.floating[Any]],
    k: int,
    own: NDArray[np.int64] | None,
    progress: Progress | None,
) -> Floats:
    _, cosines = nearest(unit, training, k, own=own, progress=progress)
    return np.sqrt(np.clip(2 - 2 * cosines[:, -1], 0, None)).astype(np.float32)


def pixel_kinds(pixels: NDArray[np.uint8]) -> list[str]:
    """[N, H, W, C] -> what each shows: "black" or "white" throughout, "constant", "flat" (nearly constant), or ""."""
    flat = pixels.reshape(len(pixels), -1)
    low, high, spread = flat.min(1), flat.max(1), flat.std(1)
    kinds = []
    for least, most, deviation in zip(low.tolist(), high.tolist(), spread.tolist(), strict=True):
        if least == most:
            kinds.append("black" if most == 0 else "white" if least == 255 else "constant")
        else:
            kinds.append("flat" if deviation < FLAT else "")
    return kinds
