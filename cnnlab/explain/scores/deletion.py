"""Deletion: the area under the probability of the class while the most important pixels are removed.

Petsiuk, Das, Saenko 2018 (RISE), section 4.2; removed pixels take the mean colour of the training images.
"""

from __future__ import annotations

import numpy as np

from cnnlab.explain.attribution.perturbed import filled
from cnnlab.explain.grading.graded import Graded, Maps, Values, ranks

STEPS = 20  # the paper removes a row of pixels at a time (224 steps); a fortieth of the area more or less is no more


def grade(graded: Graded, maps: Maps, steps: int = STEPS) -> Values:
    """[M] in [0, 1]; the area by the trapezoid rule over ``steps`` equal shares of the pixels."""
    baseline = filled(graded.image.unsqueeze(0), "mean", graded.network)[0]
    order = ranks(maps, graded.generator())
    limits = np.rint(np.linspace(0, maps[0].size, steps + 1)).astype(np.int64)
    kept = order[:, None] >= limits[None, :, None, None]
    curves = graded.kept_probabilities(kept.reshape(-1, *maps.shape[1:]), baseline).reshape(len(maps), steps + 1)
    return area(curves)


def area(curves: Values) -> Values:
    """[M] under ``curves`` [M, K + 1] over [0, 1]."""
    found: Values = ((curves[:, 1:] + curves[:, :-1]) / 2).mean(axis=1)
    return found
