"""KernelSHAP (Lundberg & Lee 2017, section 4.1) over superpixels: the Shapley values of a game of regions.

Its own rather than Captum's, which draws from the generator that all threads share and asks at random even where
all coalitions could be asked.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.attribution.coalitions import shapley_values, weighted_coalitions
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
    samples: int = 400,
    fill: str = "mean",
    seed: int = 0,
) -> Tensor:
    """[N, H, W] float32: the Shapley value of each pixel's region, in score units.

    The values of the regions add up to the score of the image less that of ``fill`` alone (``perturbed.filled``).
    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``regions``: about how many superpixels. ``samples``:
    coalitions asked about, and never fewer than twice the regions. ``seed``: of those that are drawn.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        found = [regions_of(image, regions) for image in pixels]
        games = [weighted_coalitions(each.count, samples, seed) for each in found]
        evaluations = Evaluations(net, score, sum(len(kept) + 2 for kept, _ in games))
        maps = []
        for image, baseline, each, (kept, weights) in zip(pixels, filled(pixels, fill, net), found, games, strict=True):
            ends = torch.tensor([[False], [True]]).expand(2, each.count)
            scores = evaluations.of_regions(image, baseline, each.labels, torch.cat([ends, kept]))
            values = shapley_values(kept, weights, scores[2:], scores[0].item(), scores[1].item())
            maps.append(each.painted(values))
        return torch.stack(maps).to(pixels.device)
