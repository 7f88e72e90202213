"""What takes the place of removed pixels, and what the network says of images with pixels removed.

No fill is neutral: each is an image of its own, and what a method finds depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from cnnlab.explain.base import Score
from cnnlab.explain.progress import report
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


class Evaluations:
    """Scores of images with pixels removed, reported as they are done (see ``progress``)."""

    def __init__(self, network: Network, score: Score, total: int) -> None:
        """``network``: borrowed. ``total``: how many there will be."""
        self._network, self._score, self._total = network, score, total
        self._done = 0

    def of(self, image: Tensor, baseline: Tensor, count: int, kept: Callable[[slice], Tensor]) -> Tensor:
        """[count] float64: the scores of ``count`` variants of ``image`` [C, H, W].

        ``kept(rows)``: [rows, H, W] in [0, 1], of some of the variants: 1 where the image stays, 0 where ``baseline``
        takes its place.
        """
        scores = []
        for rows in chunks(count, image):
            shares = kept(rows).unsqueeze(1).to(image)
            with torch.no_grad():
                scores.append(self._score(self._network(shares * image + (1 - shares) * baseline)).double().cpu())
            self._done += rows.stop - rows.start
            report(self._done, max(self._done, self._total))
        return torch.cat(scores)

    def of_regions(self, image: Tensor, baseline: Tensor, regions: Tensor, kept: Tensor) -> Tensor:
        """[M] float64: with the regions kept that ``kept`` ([M, R] bool) says; ``regions``: [H, W], see
        ``superpixels``.
        """
        return self.of(image, baseline, len(kept), lambda rows: kept[rows][:, regions])
