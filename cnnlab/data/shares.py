"""A share of the training split: what is learned from fewer samples, for the question whether more would help.

Each class gives its share, at least one sample, in an order drawn by the split's seed: so a smaller share is part of a
larger one, and two runs differ in what was added alone. Validation and test split stay whole.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.splits import Index, SplitIndex

_DRAW = 0x5A4E  # tells this draw from that of the split, which has the same seed


def with_share(split: SplitIndex, labels: NDArray[np.int64], share: float, seed: int) -> SplitIndex:
    """``labels``: of the whole dataset; ``share`` in (0, 1]."""
    if share >= 1.0:
        return split
    rng = np.random.default_rng((seed, _DRAW))
    kept: list[Index] = []
    for label in np.unique(labels[split.train]):
        members = split.train[labels[split.train] == label]
        kept.append(rng.permutation(members)[: max(1, math.floor(share * len(members) + 0.5))])
    return SplitIndex(np.sort(np.concatenate(kept)), split.validation, split.test)
