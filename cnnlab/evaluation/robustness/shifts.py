"""How far a network is really invariant to translation: what it says of images that were moved by whole pixels.

A convolution moves its map with the image, and pooling forgets small moves; but a stride samples the map, so that a
network sees moves by its total stride alike and those in between differently (Zhang 2019, "Making convolutional
networks shift-invariant again"; Azulay & Weiss 2019, "Why do deep convolutional networks generalize so poorly to small
image transformations?"). What comes into view repeats the edge; what leaves is gone, which no network can make up for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.types import Progress
from cnnlab.evaluation.robustness.corrupt import moved_by
from cnnlab.evaluation.robustness.kept import Kept
from cnnlab.evaluation.robustness.subject import Asked, Subject
from cnnlab.models.inspection import Inspection
from cnnlab.training.threads import own_threads

PHASE = "progress.robustness_shift"  # in the catalogue
IMAGES = 128  # each is moved some hundred times
REACH = 8  # pixels to either side, at most a quarter of it


@dataclass(frozen=True)
class Shifts:
    """``predicted``: [2R + 1, 2R + 1, N], by how many pixels down (from -R) and to the right."""

    reach: int
    places: NDArray[np.int64]  # [N] rows of the test split
    labels: NDArray[np.int64]  # [N]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]  # of the predicted class

    @property
    def still(self) -> NDArray[np.int64]:
        """[N] the class where nothing is moved."""
        return self.predicted[self.reach, self.reach]

    def accuracy(self) -> NDArray[np.float64]:
        """[2R + 1, 2R + 1]."""
        shares: NDArray[np.float64] = (self.predicted == self.labels).mean(2)
        return shares

    def consistency(self) -> NDArray[np.float64]:
        """[2R + 1, 2R + 1] share of the images that get the class they have unmoved, right or wrong."""
        shares: NDArray[np.float64] = (self.predicted == self.still).mean(2)
        return shares

    def by_distance(self) -> list[tuple[int, float, float]]:
        """(pixels, consistency, accuracy) along the two axes, both directions of each together."""
        rows = []
        for pixels in range(self.reach + 1):
            at = self.reach
            cells = [(at + pixels, at), (at - pixels, at), (at, at + pixels), (at, at - pixels)]
            same, right = self.consistency(), self.accuracy()
            rows.append((pixels, float(np.mean([same[c] for c in cells])), float(np.mean([right[c] for c in cells]))))
        return rows

    def holds_to(self, share: float = 0.95) -> int:
        """The most pixels, along the axes, up to which at least ``share`` of the images keep their class."""
        kept = 0
        for pixels, same, _ in self.by_distance():
            if same < share:
                break
            kept = pixels
        return kept


@dataclass(frozen=True)
class Sampling:
    """How coarsely a network looks: the layers that move by more than a pixel, and what they come to."""

    steps: tuple[tuple[str, str, int], ...]  # (name, type, its own stride)
    total: int  # pixels of the input between two positions of the last map
    maps: bool  # whether there is any layer with maps


def sampling(inspection: Inspection) -> Sampling:
    """From the receptive fields of the rows that have maps; what pools the whole map away is left out."""
    steps, total, maps = [], 1, False
    for row in inspection.rows:
        if row.receptive is None or row.receptive.whole or len(row.output_shape) != 3:
            continue
        maps = True
        stride = max(row.receptive.stride)
        if stride > total:
            steps.append((row.name, row.type, round(stride / total)))
            total = stride
    return Sampling(tuple(steps), total, maps)


def known(subject: Subject) -> Shifts | None:
    found = _kept(subject).get("shifts", _shapes(subject))
    if found is None:
        return None
    return Shifts(_reach(subject), subject.places, subject.labels, found["predicted"], found["confidence"])


def compute(subject: Subject, progress: Progress | None = None) -> Shifts:
    """Moves each image by every pair of whole pixels within reach. Raises as ``robustness.compute`` does."""
    found = known(subject)
    if found is not None:
        return found
    reach = _reach(subject)
    shape = _shapes(subject)["predicted"]
    predicted, confidence = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
    pixels = subject.pixels(0, len(subject.places))
    side, done = 2 * reach + 1, 0
    with own_threads():
        asked = Asked(subject)
        for row in range(side):
            for column in range(side):
                moved = moved_by(pixels, (row - reach, column - reach))
                predicted[row, column], confidence[row, column] = asked.classes(moved)
                done += 1
                if progress is not None:
                    progress(PHASE, done, side * side)
    _kept(subject).put("shifts", {"predicted": predicted, "confidence": confidence})
    return Shifts(reach, subject.places, subject.labels, predicted, confidence)


def of(subject: Subject) -> Subject:
    """The same run with fewer images, as moving them needs."""
    images = IMAGES if subject.images is None else min(IMAGES, subject.images)
    return replace(subject, images=images)


def _reach(subject: Subject) -> int:
    _, height, width = subject.dataset.kind.shape
    return max(1, min(REACH, min(height, width) // 4))


def _shapes(subject: Subject) -> dict[str, tuple[int, ...]]:
    side = 2 * _reach(subject) + 1
    shape = (side, side, len(subject.places))
    return {"predicted": shape, "confidence": shape}


def _kept(subject: Subject) -> Kept:
    return Kept(subject.home, subject.weights, f"{subject.choices} {_reach(subject)}")
