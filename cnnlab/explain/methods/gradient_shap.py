"""GradientSHAP (Lundberg, Lee 2017; the expected gradients of Erion et al. 2021).

Captum's ``GradientShap`` draws from NumPy's and torch's global generators, which threads share.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain import progress
from cnnlab.explain.attribution.inputs import as_floats, without_content
from cnnlab.explain.attribution.paths import scores_and_gradients
from cnnlab.explain.attribution.perturbed import chunks
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    baseline: str = "any",
    samples: int = 32,
    noise: float = 0.1,
    seed: int = 0,
) -> Tensor:
    """[N, H, W] float32, the sum over the channels, in units of the score; ``score`` is for one class.

    The mean of (x' - b) times the gradient at b + a (x' - b), where x' is the image with normal noise, a is uniform
    and b a baseline: of "any", a grey of uniform brightness, else see ``without_content``. The draws are the same for
    every image. ``noise``: its standard deviation as a share of the full range of brightness.
    ``inputs``: [N, C, H, W] uint8, or float in [0, 1].
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        generator = torch.Generator().manual_seed(seed)
        shares = torch.rand(samples, 1, 1, 1, generator=generator).to(pixels)
        greys = torch.rand(samples, 1, 1, 1, generator=generator).to(pixels)
        disturbance = noise * torch.randn(samples, *pixels.shape[1:], generator=generator).to(pixels)
        bases = greys if baseline == "any" else without_content(baseline, pixels[:1], net).expand(samples, -1, -1, -1)
        maps: list[Tensor] = []
        for image in pixels:
            total = torch.zeros_like(image)
            for part in chunks(samples, image):
                way = image + disturbance[part] - bases[part]
                _, gradients = scores_and_gradients(net, score, bases[part] + shares[part] * way)
                total += (way * gradients).sum(0)
                progress.report(len(maps) * samples + part.stop, len(pixels) * samples)
            maps.append(total.sum(0) / samples)
        return torch.stack(maps)
