"""Superpixels: regions of neighbouring pixels of like colour (SLIC, Achanta et al. 2012), the parts that are removed.

Small and its own: k-means over place and colour, started on a grid, each centre looking at the pixels around it.
Colours are compared as they are stored (RGB or grey in [0, 1]) and not as CIELAB, which grey images do not have.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

ROUNDS = 10  # as in the paper
COMPACTNESS = 0.1  # a difference of colour that counts like one grid step of distance; the paper's 10 of CIELAB's 100
REACH = 2  # grid steps that a centre looks to each side; pixels that no centre reaches stay where they are

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def superpixels(image: Floats, count: int) -> Labels:
    """[C, H, W] in [0, 1] -> [H, W]: which of about ``count`` connected regions each pixel is in, numbered from 0.

    Nothing is drawn: the same image has the same regions. An image of one colour is cut into equal rectangles.
    """
    height, width = image.shape[1:]
    step = max(1.0, math.sqrt(height * width / max(1, count)))
    rows, columns = max(1, round(height / step)), max(1, round(width / step))
    down, across = np.arange(height) * rows // height, np.arange(width) * columns // width
    regions: Labels = down[:, None] * columns + across
    places = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"))
    features = np.concatenate([places * (COMPACTNESS / step), image / math.sqrt(len(image))]).astype(np.float32)
    for _ in range(ROUNDS):
        regions = _nearest(features, regions, _means(features, regions, rows * columns), step)
    return _numbered(_connected(regions))


def _means(features: Floats, regions: Labels, count: int) -> Floats:
    """[count, F]: the mean of each region, NaN for one that lost all its pixels."""
    flat = regions.ravel()
    sums = np.stack([np.bincount(flat, each.ravel(), count) for each in features], axis=1)
    with np.errstate(invalid="ignore"):
        means: Floats = (sums / np.bincount(flat, minlength=count)[:, None]).astype(np.float32)
    return means


def _nearest(features: Floats, regions: Labels, centres: Floats, step: float) -> Labels:
    """[H, W]: the centre nearest in place and colour of those in reach."""
    nearest = regions.copy()
    least = np.full(regions.shape, np.inf, np.float32)
    for number, centre in enumerate(centres):
        if np.isnan(centre[0]):
            continue
        row, column = centre[:2] * (step / COMPACTNESS)
        window = _around(row, step), _around(column, step)
        distance = ((features[:, window[0], window[1]] - centre[:, None, None]) ** 2).sum(0)
        nearer = distance < least[window]
        least[window][nearer] = distance[nearer]
        nearest[window][nearer] = number
    return nearest


def _around(place: float, step: float) -> slice:
    return slice(max(0, math.floor(place - REACH * step)), math.ceil(place + REACH * step) + 1)


def _connected(regions: Labels) -> Labels:
    """Each region keeps its largest connected piece; the pixels of the others go to a neighbouring region."""
    pieces = _pieces(regions)
    kept = np.full(regions.shape, -1, np.int64)
    sizes = np.bincount(pieces.ravel())
    for region in np.unique(regions):
        inside = regions == region
        kept[inside & (pieces == _largest(pieces[inside], sizes))] = region
    while (kept < 0).any():
        for target, source in _neighbours(kept):
            free = (target < 0) & (source >= 0)
            target[free] = source[free]
    return kept


def _largest(pieces: Labels, sizes: Labels) -> int:
    return int(pieces[sizes[pieces].argmax()])


def _pieces(regions: Labels) -> Labels:
    """[H, W]: pixels have the same number where a path within one region joins them."""
    pieces: Labels = np.arange(regions.size).reshape(regions.shape)
    while True:
        before = pieces.copy()
        for (target, source), (here, there) in zip(_neighbours(pieces), _neighbours(regions), strict=True):
            np.minimum(target, np.where(here == there, source, target), out=target)
        pieces = pieces.ravel()[pieces]  # the number is a pixel of the same piece: take over what that one has
        if (pieces == before).all():
            return pieces


def _neighbours(values: Labels) -> list[tuple[Labels, Labels]]:
    """Views: each pixel with the one below, above, to the right and to the left of it."""
    above, below, left, right = values[:-1], values[1:], values[:, :-1], values[:, 1:]
    return [(above, below), (below, above), (left, right), (right, left)]


def _numbered(regions: Labels) -> Labels:
    """The same regions with the numbers 0, 1, 2, … and no gap."""
    numbers: Labels = np.unique(regions, return_inverse=True)[1].reshape(regions.shape)
    return numbers
