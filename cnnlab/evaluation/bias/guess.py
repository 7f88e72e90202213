"""How well the class is guessed from something that has little to do with what an image shows: its brightness, its
border, the camera. What guesses is naive Bayes over bins with equal weight for each class, learned on four fifths of
the images and asked about the fifth, five times over.

The score is the mean over classes of the share that is guessed right, so that a common class counts no more than a rare
one, and guessing blindly gives one over the number of classes. Whether it is more than chance: the guesses are dealt
out to the images anew (permutation test, Phipson & Smyth 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
FEWEST = 10  # images of a class, below which it is not guessed
BINS = 16  # of a number, about as many images in each
DRAWS = 999  # p is then 0.001 at least: the more sources are corrected for, the more draws it takes
_SMOOTH = 1.0  # images that every bin of every class is given (Laplace)
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Guess:
    """``guessed`` [N]: the class that is guessed, -1 for images that were left out."""

    guessed: Codes
    share: float  # mean over classes
    low: float  # 95 %
    high: float
    chance: float  # 1 / classes
    p_value: float
    classes: int

    @property
    def skill(self) -> float:
        """0: as by chance; 1: always right."""
        return (self.share - self.chance) / (1 - self.chance)


def binned(values: NDArray[np.float64]) -> Codes:
    """[N, F] -> [N, F] the bin of each number, by quantiles of its column."""
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    columns = [np.searchsorted(np.unique(np.quantile(one, inner)), one, side="left") for one in values.T]
    return np.stack(columns, axis=1).astype(np.int64)


def guess(codes: Codes, labels: Codes, *, draws: int = DRAWS, seed: int = 0) -> Guess | None:
    """``codes`` [N, F] from 0; ``labels`` [N]. ``None`` where fewer than two classes have FEWEST images."""
    counts = np.bincount(labels)
    known = np.flatnonzero(counts >= FEWEST)
    if len(known) < 2:
        return None
    chosen = np.flatnonzero(counts[labels] >= FEWEST)
    numbers = np.searchsorted(known, labels[chosen])
    rng = np.random.default_rng(seed)
    fold = _folds(numbers, rng)
    said = np.empty(len(chosen), dtype=np.int64)
    for place in range(FOLDS):
        asked = fold == place
        said[asked] = _naive_bayes(codes[chosen][~asked], numbers[~asked], codes[chosen][asked], len(known))
    sizes = counts[known]
    right = np.bincount(numbers[said == numbers], minlength=len(known))
    share = float((right / sizes).mean())
    drawn = (rng.binomial(sizes, right / sizes, size=(1000, len(known))) / sizes).mean(1)
    low, high = (float(end) for end in np.quantile(drawn, [0.025, 0.975]))
    guessed = np.full(len(labels), -1, dtype=np.int64)
    guessed[chosen] = known[said]
    p = _p_value(said, numbers, sizes, share, draws, rng)
    return Guess(guessed, share, low, high, 1 / len(known), p, len(known))


def _folds(labels: Codes, rng: np.random.Generator) -> Codes:
    """[N] from 0 to FOLDS - 1, each class spread evenly."""
    order = np.lexsort((rng.random(len(labels)), labels))
    fold = np.empty(len(labels), dtype=np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold


def _naive_bayes(codes: Codes, labels: Codes, asked: Codes, classes: int) -> Codes:
    """[n] the likeliest class of ``asked`` [n, F], were all classes as common."""
    score = np.zeros((len(asked), classes), dtype=np.float32)
    sizes = np.bincount(labels, minlength=classes)
    for feature in range(codes.shape[1]):
        kinds = int(max(codes[:, feature].max(), asked[:, feature].max())) + 1
        counts = np.bincount(codes[:, feature] * classes + labels, minlength=kinds * classes).reshape(kinds, classes)
        score += np.log((counts + _SMOOTH) / (sizes + _SMOOTH * kinds)).astype(np.float32)[asked[:, feature]]
    found: Codes = score.argmax(1)
    return found


def _p_value(said: Codes, labels: Codes, sizes: Codes, share: float, draws: int, rng: np.random.Generator) -> float:
    weight = 1 / (sizes[labels] * len(sizes))
    as_good = sum(bool(weight[rng.permutation(said) == labels].sum() >= share - 1e-12) for _ in range(draws))
    return (1 + as_good) / (1 + draws)
