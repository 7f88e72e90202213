"""Occlusion (Zeiler & Fergus 2014, section 4.2): a window is moved over the image and covers what is under it.

Its own rather than Captum's, whose window and stride are in pixels, whose last window may leave an edge out, and
which takes no image as what is put in its place.
"""

from __future__ import annotations

import itertools
from functools import partial

import torch
from torch import Tensor

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.attribution.perturbed import Evaluations, filled
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network

Window = tuple[slice, slice]


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    window: float = 0.2,
    stride: float = 0.1,
    fill: str = "mean",
) -> Tensor:
    """[N, H, W] float32: by how much the score falls where a pixel is covered: the mean over the windows on it.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``window``, ``stride``: shares of the side. ``fill``: see
    ``perturbed.filled``.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        windows = _windows((pixels.shape[-2], pixels.shape[-1]), window, stride)
        evaluations = Evaluations(net, score, len(pixels) * (len(windows) + 1))
        maps = []
        for image, baseline in zip(pixels, filled(pixels, fill, net), strict=True):
            kept = partial(_kept, [None, *windows], image)
            scores = evaluations.of(image, baseline, len(windows) + 1, kept)
            maps.append(_mean_of_windows((scores[0] - scores[1:]).tolist(), windows, image))
        return torch.stack(maps)


def _windows(size: tuple[int, int], window: float, stride: float) -> list[Window]:
    """From edge to edge; no step is longer than the window, so that every pixel is covered."""
    sides = []
    for side in size:
        length = min(side, max(1, round(window * side)))
        step = min(length, max(1, round(stride * side)))
        starts = sorted({*range(0, side - length, step), side - length})
        sides.append([slice(start, start + length) for start in starts])
    return list(itertools.product(sides[0], sides[1]))


def _kept(windows: list[Window | None], image: Tensor, rows: slice) -> Tensor:
    """[rows, H, W]: 0 in the window, which is ``None`` where nothing is covered."""
    kept = image.new_ones((rows.stop - rows.start, *image.shape[1:]))
    for mask, window in zip(kept, windows[rows], strict=True):
        if window is not None:
            mask[window] = 0
    return kept


def _mean_of_windows(falls: list[float], windows: list[Window], image: Tensor) -> Tensor:
    """[H, W] float32."""
    total = torch.zeros(image.shape[1:], dtype=torch.float64)
    covered = torch.zeros_like(total)
    for fall, window in zip(falls, windows, strict=True):
        total[window] += fall
        covered[window] += 1
    return (total / covered).float().to(image.device)
