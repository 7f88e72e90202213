"""A split in the feature space of a run's network, drawn: computed once, then read from the cache."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.load import Dataset
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.features import split_features
from cnnlab.evaluation.space.kept import Arrays, Kept
from cnnlab.evaluation.space.outliers import K, Outliers, distances, pixel_kinds
from cnnlab.evaluation.space.projection import check, project
from cnnlab.evaluation.space.separation import Separation, separation
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

SAMPLES = 2000  # drawn unless more are asked for
MOST_SAMPLES = 10_000  # t-SNE of more takes minutes, and a browser draws no more at ease


@dataclass(frozen=True)
class Asked:
    """What is drawn: at most ``samples`` of ``split``, by ``method``, on a plane or in space."""

    split: str = "test"
    method: str = "pca"
    dimensions: int = 2
    samples: int = SAMPLES
    seed: int = 0

    def check(self) -> None:
        """Raises ``LabError``: as ``projection.check``, "samples_outside", "bad_seed"."""
        check(self.method, self.dimensions)
        if not 5 <= self.samples <= MOST_SAMPLES:
            raise LabError("samples_outside", field="--samples", value=self.samples, least=5, most=MOST_SAMPLES)
        if not 0 <= self.seed < 2**32:
            raise LabError("bad_seed", field="--seed", value=self.seed)


@dataclass(frozen=True)
class Space:
    """The drawn samples of a split."""

    places: NDArray[np.int64]  # [n] in the split, ascending
    points: NDArray[np.float32]  # [n, dimensions]
    explained: tuple[float, ...]
    separation: Separation
    total: int  # samples of the split
    layer: str  # whose input the features are; "" the raw outputs
    width: int  # of a feature


def space(journal: Journal, dataset: Dataset, home: Home, asked: Asked, *, progress: Progress | None = None) -> Space:
    """Kept, else computed now and kept. Raises as ``Asked.check`` and ``features.split_features`` do."""
    asked.check()
    found = kept_space(journal, dataset, home, asked)
    if found is not None:
        return found
    features = split_features(journal, dataset, home, asked.split, progress=progress)
    total = len(features.unit)
    places = np.arange(total)
    if total > asked.samples:
        places = np.sort(np.random.default_rng(asked.seed).choice(total, asked.samples, replace=False))
    unit = np.asarray(features.unit[places], np.float32)
    if progress is not None:
        progress(f"progress.{asked.method}", 0, 0)
    drawn = project(unit, asked.method, asked.dimensions, asked.seed)
    apart = separation(unit, features.labels[places])
    made = Space(places, drawn.points, drawn.explained, apart, total, features.layer, unit.shape[1])
    said = {"explained": drawn.explained, "separation": asdict(apart), "total": total}
    _kept(journal, dataset, home, asked).put(
        {"places": made.places, "points": made.points}, {**said, "layer": made.layer, "width": made.width}
    )
    return made


def kept_space(journal: Journal, dataset: Dataset, home: Home, asked: Asked) -> Space | None:
    found: Space | None = _kept(journal, dataset, home, asked).read(_space_of)
    return found


def _kept(journal: Journal, dataset: Dataset, home: Home, asked: Asked) -> Kept:
    return Kept("space", journal, dataset, home, asdict(asked))


def _space_of(arrays: Arrays, said: dict[str, Any]) -> Space:
    apart = dict(said["separation"])
    apart["by_class"] = {int(number): float(one) for number, one in apart["by_class"].items()}
    explained = tuple(float(one) for one in said["explained"])
    drawn = (arrays["places"], arrays["points"], explained, Separation(**apart))
    return Space(*drawn, int(said["total"]), str(said["layer"]), int(said["width"]))


def outliers(
    journal: Journal, dataset: Dataset, home: Home, split: str, *, k: int = K, progress: Progress | None = None
) -> Outliers:
    """Of a whole split; kept, else computed now and kept. Raises ``LabError`` ("bad_neighbours") and as ``space``."""
    from cnnlab.evaluation.evaluate import samples_of

    if not 1 <= k <= 1000:
        raise LabError("bad_neighbours", field="--k", value=k)
    found = kept_outliers(journal, dataset, home, split, k=k)
    if found is not None:
        return found
    training = split_features(journal, dataset, home, "train", progress=progress)
    own = split == "train"
    features = training if own else split_features(journal, dataset, home, split, progress=progress)
    if len(training.unit) < 2:
        raise LabError("few_points", field="data.split.train", value=len(training.unit))
    distance, threshold, used = distances(features.unit, training.unit, k, own=own, progress=progress)
    kinds: list[str] = []
    positions = samples_of(dataset, split).positions.cpu().numpy()
    for start in range(0, len(positions), 4096):
        kinds += pixel_kinds(dataset.prepared.inputs[positions[start : start + 4096]])
    _kept_outliers(journal, dataset, home, split, k).put(
        {"distance": distance, "kinds": np.array(kinds)}, {"threshold": threshold, "k": used}
    )
    return Outliers(distance, threshold, used, tuple(kinds))


def kept_outliers(journal: Journal, dataset: Dataset, home: Home, split: str, *, k: int = K) -> Outliers | None:
    found: Outliers | None = _kept_outliers(journal, dataset, home, split, k).read(
        lambda arrays, said: Outliers(
            arrays["distance"], float(said["threshold"]), int(said["k"]), tuple(str(one) for one in arrays["kinds"])
        )
    )
    return found


def _kept_outliers(journal: Journal, dataset: Dataset, home: Home, split: str, k: int) -> Kept:
    return Kept("outliers", journal, dataset, home, {"split": split, "k": k})
