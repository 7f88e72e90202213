"""Feature ablation over superpixels: each region is removed by itself, and the score asked again.

The simplest answer to "what if this were not there", as by Zeiler & Fergus (2014), but with regions that follow the
image instead of a window.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.attribution.perturbed import Evaluations, filled
from cnnlab.explain.attribution.regions import regions_of
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    regions: int = 50,
    fill: str = "mean",
) -> Tensor:
    """[N, H, W] float32: at each pixel, by how much the score falls without the whole region that it is in.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``regions``: about how many superpixels. ``fill``: see
    ``perturbed.filled``.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        found = [regions_of(image, regions) for image in pixels]
        evaluations = Evaluations(net, score, sum(each.count + 1 for each in found))
        maps = []
        for image, baseline, each in zip(pixels, filled(pixels, fill, net), found, strict=True):
            kept = torch.cat([torch.ones(1, each.count, dtype=torch.bool), ~torch.eye(each.count, dtype=torch.bool)])
            scores = evaluations.of_regions(image, baseline, each.labels, kept)
            maps.append(each.painted(scores[0] - scores[1:]))
        return torch.stack(maps).to(pixels.device)
