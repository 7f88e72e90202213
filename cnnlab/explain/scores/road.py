"""ROAD: remove and debias (Rong et al. 2022): what is removed is smoothed over, so that its outline tells nothing.

The mean, over shares of the pixels, of the probability of the class without the least important pixels minus that
without the most important ones: both orders of the paper in one number.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cnnlab.explain.attribution.perturbed import chunks
from cnnlab.explain.grading.graded import Graded, Maps, Values, ranks
from cnnlab.explain.grading.imputation import imputed
from cnnlab.explain.progress import report

SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)


def grade(graded: Graded, maps: Maps) -> Values:
    """[M] in [-1, 1]."""
    order, count = ranks(maps, graded.generator()), maps[0].size
    limits = np.rint(np.array(SHARES) * count).astype(np.int64)[None, :, None, None]
    most_first = order[:, None] < limits
    least_first = order[:, None] >= count - limits
    removed = np.stack([most_first, least_first], axis=1)  # [M, 2, shares, H, W]
    found = _probabilities(graded, removed.reshape(-1, *maps.shape[1:])).reshape(len(maps), 2, len(SHARES))
    difference: Values = (found[:, 1] - found[:, 0]).mean(axis=1)
    return difference


def _probabilities(graded: Graded, removed: NDArray[np.bool_]) -> Values:
    """[R] of the target, for ``removed`` [R, H, W]."""
    found = np.empty(len(removed))
    for rows in chunks(len(removed), graded.image):
        holes = torch.from_numpy(removed[rows]).to(graded.image.device)
        found[rows] = graded.probabilities(imputed(graded.image, holes, torch.Generator().manual_seed(graded.seed)))
        report(rows.stop, len(removed))
    return found
