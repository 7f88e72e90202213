"""What takes the place of removed pixels, and what the network says of images with pixels removed.

No fill is neutral: each is an image of its own, and what a method finds depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from cnnlab.explain.base import Score
from cnnlab.models.network import Network

FILLS = ("mean", "blur", "black")
BLUR = 1 / 16  # standard deviation of the blur as a share of the side: 14 pixels at 224
VALUES_AT_ONCE = 2**20  # numbers in the images of one pass: 6 colour images of 224 x 224; larger passes are no faster
ROWS_AT_ONCE = 128


def filled(pixels: Tensor, kind: str, network: Network) -> Tensor:
    """[N, C, H, W] float, as ``pixels`` (in [0, 1]): the images with everything removed.

    "mean": the mean colour of the training images (that of the network, which is black where it standardises
    nothing); "blur": each image without its detail; "black".
    """
    if kind == "mean":
        return network.mean.to(pixels).expand_as(pixels)
    if kind == "blur":
        return _blurred(pixels)
    if kind == "black":
        return torch.zeros_like(pixels)
    raise ValueError(kind)


def _blurred(pixels: Tensor) -> Tensor:
    """A Gaussian blur; at the edges, the weights of the places that exist."""
    rows, columns = (_blur_weights(side, pixels) for side in pixels.shape[-2:])
    return rows @ pixels @ columns.T


def _blur_weights(side: int, like: Tensor) -> Tensor:
    """[side, side]: how much of each place the blurred one holds."""
    places = torch.arange(side, dtype=like.dtype, device=like.device)
    weights = torch.exp(-0.5 * ((places[:, None] - places) / (BLUR * side)) ** 2)
    return weights / weights.sum(1, keepdim=True)


def chunks(count: int, image: Tensor) -> Iterator[slice]:
    """``count`` variants of one ``image`` [C, H, W], as many at once as the processor takes well."""
    size = max(1, min(ROWS_AT_ONCE, VALUES_AT_ONCE // max(1, image.numel())))
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def scores_with(network: Network, score: Score, image: Tensor, baseline: Tensor, kept: Tensor) -> Tensor:
    """[M] scores of ``image`` [C, H, W] where ``kept`` ([M, H, W], in [0, 1]) is 1, and ``baseline`` where it is 0."""
    shares = kept.unsqueeze(1).to(image)
    with torch.no_grad():
        return score(network(shares * image + (1 - shares) * baseline)).detach()
