"""Infidelity (Yeh et al. 2019): do a map's values in a square add up to what the score loses with that square?

Of squares drawn by chance that take the mean colour of the training images (the paper's "square removal"). Maps have
scales of their own, so each is first stretched by the best factor, as Captum's ``normalize`` does, but never by a
negative one: a map is not praised for being its opposite. The error is given as a share of the changes themselves.
Own code, because Captum's asks the network again for each map; a test holds that both say the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnlab.explain.attribution.perturbed import filled
from cnnlab.explain.grading.graded import Graded, Maps, Values

SQUARES = 64
SMALLEST, LARGEST = 1 / 8, 1 / 2  # of the image's shorter side


def grade(graded: Graded, maps: Maps) -> Values:
    """[M] in [0, 1]: 0 for a map that accounts for every change of the score, 1 for one that accounts for none."""
    inside = squares(maps.shape[1], maps.shape[2], graded.generator())
    changes = _changes(graded, inside)
    sums = maps.reshape(len(maps), -1).astype(np.float64) @ inside.reshape(len(inside), -1).T
    whole = np.square(changes).mean()
    if whole == 0:
        return np.full(len(maps), np.nan)
    lengths = np.square(sums).sum(axis=1)
    factors = np.clip(sums @ changes / np.where(lengths > 0, lengths, 1.0), 0.0, None)
    left: Values = np.square(changes - factors[:, None] * sums).mean(axis=1) / whole
    return left


def squares(height: int, width: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """[SQUARES, height, width]: True inside."""
    inside = np.zeros((SQUARES, height, width), np.bool_)
    for square in inside:
        side = max(1, round(float(generator.uniform(SMALLEST, LARGEST)) * min(height, width)))
        top, left = generator.integers(0, height - side + 1), generator.integers(0, width - side + 1)
        square[top : top + side, left : left + side] = True
    return inside


def _changes(graded: Graded, inside: NDArray[np.bool_]) -> Values:
    """[SQUARES]: how much the score of the class falls when a square is removed."""
    baseline = filled(graded.image.unsqueeze(0), "mean", graded.network)[0]
    found = graded.kept_scores(np.concatenate([np.ones_like(inside[:1]), ~inside]), baseline)
    return found[0] - found[1:]
