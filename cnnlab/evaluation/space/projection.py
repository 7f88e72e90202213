"""Features of many dimensions drawn in two or three.

PCA keeps the directions in which the points vary most, so distances along them are real, and it says how much of the
variance the picture shows. t-SNE (van der Maaten, Hinton 2008) and UMAP (McInnes, Healy, Melville 2018) keep who is
near whom: the size of a cluster, how far apart two of them are and how dense they look say nothing.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError

METHODS = ("pca", "tsne", "umap")
PERPLEXITY = 30.0  # of t-SNE, scikit-learn's own: how many neighbours count, about
NEIGHBOURS = 15  # of UMAP, its own


@dataclass(frozen=True)
class Projection:
    points: NDArray[np.float32]  # [N, dimensions]
    explained: tuple[float, ...]  # shares of the variance along each axis; () where the method has none


def offered() -> tuple[str, ...]:
    """The methods that are installed."""
    return tuple(name for name in METHODS if name != "umap" or has_umap())


def has_umap() -> bool:
    return importlib.util.find_spec("umap") is not None


def check(method: str, dimensions: int) -> None:
    """Raises ``LabError``: "unknown_projection", "umap_not_installed", "flat_projection"."""
    if method not in METHODS:
        raise LabError("unknown_projection", field="--method", value=method[:80], known=", ".join(METHODS))
    if method == "umap" and not has_umap():
        raise LabError("umap_not_installed", field="--method", value=method)
    if dimensions not in (2, 3) or (dimensions == 3 and method != "pca"):
        raise LabError("flat_projection", field="--dimensions", value=dimensions)


def project(unit: NDArray[np.floating[Any]], method: str, dimensions: int = 2, seed: int = 0) -> Projection:
    """``unit``: [N, D]. The same for the same seed. Raises as ``check`` does, and "few_points" for less than five."""
    check(method, dimensions)
    if len(unit) < 5:
        raise LabError("few_points", field="--split", value=len(unit))
    values = np.asarray(unit, np.float64)
    if method == "pca":
        return pca(values, dimensions)
    return Projection(_tsne(values, seed) if method == "tsne" else _umap(values, seed), ())


def pca(values: NDArray[np.float64], dimensions: int) -> Projection:
    """By the covariance's eigenvectors. The sign of an axis is free: its largest loading is made positive."""
    centred = values - values.mean(0)
    spread, axes = np.linalg.eigh(centred.T @ centred)
    total = float(np.clip(spread, 0, None).sum())
    spread, axes = np.clip(spread[::-1][:dimensions], 0, None), axes[:, ::-1][:, :dimensions]
    axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    points = np.zeros((len(values), dimensions), np.float32)
    points[:, : axes.shape[1]] = centred @ axes
    explained = tuple(float(one / total) if total > 0 else 0.0 for one in spread)
    return Projection(points, explained + (0.0,) * (dimensions - len(explained)))


def _tsne(values: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    from sklearn.manifold import TSNE  # type: ignore[import-untyped]

    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    # started from PCA, so that what is far stays far where it can (Kobak, Berens 2019); one thread: the same bits
    model = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
    return np.asarray(model.fit_transform(values.astype(np.float32)), np.float32)


def _umap(values: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    from umap import UMAP  # type: ignore[import-not-found]

    model = UMAP(n_neighbors=min(NEIGHBOURS, len(values) - 1), random_state=seed, n_jobs=1)
    return np.asarray(model.fit_transform(values), np.float32)
