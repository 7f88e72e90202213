"""The superpixels of an image as the parts of a game: each is there or is not, and each gets one number."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cnnlab.explain.attribution.superpixels import superpixels


@dataclass(frozen=True)
class Regions:
    """``labels``: [H, W] int64, which of ``count`` regions each pixel is in."""

    labels: Tensor
    count: int

    def painted(self, values: Tensor) -> Tensor:
        """[count] -> [H, W] float32: its region's value at each pixel. What a region is worth is not shared out
        among its pixels, so the sum over the map is no sum over the regions.
        """
        return values[self.labels].float()


def regions_of(image: Tensor, count: int) -> Regions:
    """About ``count`` of them in ``image`` ([C, H, W], in [0, 1]); held by the processor, where games are solved."""
    labels = torch.from_numpy(superpixels(image.detach().float().cpu().numpy(), count))
    return Regions(labels, int(labels.max()) + 1)
