"""Sparsity: the Gini index of a map's absolute values (Hurley & Rickard 2009; Chalasani et al. 2020)."""

from __future__ import annotations

import numpy as np

from cnnlab.explain.grading.graded import Graded, Maps, Values


def grade(graded: Graded, maps: Maps) -> Values:  # noqa: ARG001  # the signature of all scores
    """[M] in [0, 1): 0 where every place has the same value, near 1 where one place has all; NaN for zeros."""
    found = np.full(len(maps), np.nan)
    for i, each in enumerate(maps):
        values = np.sort(np.abs(each.astype(np.float64)), axis=None)
        whole, count = values.sum(), len(values)
        if whole > 0:
            shares = (count - np.arange(1, count + 1) + 0.5) / count
            found[i] = 1 - 2 * float((values / whole * shares).sum())
    return found
