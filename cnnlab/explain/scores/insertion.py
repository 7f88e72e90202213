"""Insertion: the area under the probability of the class while the most important pixels are revealed.

Petsiuk, Das, Saenko 2018 (RISE), section 4.2; what is hidden shows the image blurred, as there.
"""

from __future__ import annotations

import numpy as np

from cnnlab.explain.attribution.perturbed import filled
from cnnlab.explain.grading.graded import Graded, Maps, Values, ranks
from cnnlab.explain.scores.deletion import STEPS, area


def grade(graded: Graded, maps: Maps, steps: int = STEPS) -> Values:
    """[M] in [0, 1]; the area by the trapezoid rule over ``steps`` equal shares of the pixels."""
    baseline = filled(graded.image.unsqueeze(0), "blur", graded.network)[0]
    order = ranks(maps, graded.generator())
    limits = np.rint(np.linspace(0, maps[0].size, steps + 1)).astype(np.int64)
    kept = order[:, None] < limits[None, :, None, None]
    curves = graded.kept_probabilities(kept.reshape(-1, *maps.shape[1:]), baseline).reshape(len(maps), steps + 1)
    return area(curves)
