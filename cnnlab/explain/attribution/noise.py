"""Gradients of noisy copies of an image (Smilkov et al. 2017), for the methods that look at their mean or spread.

The noise comes from a generator of the call's own: Captum's ``NoiseTunnel`` draws from the one that all threads
share, so that two explanations at once would change each other's map. Each image gets the same draws, so that its
map does not depend on its place in a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.attribution.perturbed import chunks
from cnnlab.explain.base import Score
from cnnlab.explain.progress import report
from cnnlab.models.network import Network


def gradient_moments(
    network: Network, inputs: Tensor, score: Score, *, samples: int, noise: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Mean and variance [N, C, H, W] float32 of the gradients of ``samples`` noisy copies of each input.

    ``network``: borrowed. ``noise``: standard deviation, as a share of the range of the image's values.
    """
    pixels = as_floats(inputs)
    total = torch.zeros_like(pixels, dtype=torch.float64)
    squares = torch.zeros_like(total)
    for place, image in enumerate(pixels):
        generator = torch.Generator().manual_seed(seed)
        deviation = noise * (image.max() - image.min())
        for rows in chunks(samples, image):
            count = rows.stop - rows.start
            draws = torch.randn(count, *image.shape, generator=generator).to(image.device)
            copies = (image + deviation * draws).requires_grad_(True)
            (gradient,) = torch.autograd.grad(score(network(copies)).sum(), copies)
            total[place] += gradient.double().sum(0)
            squares[place] += (gradient.double() ** 2).sum(0)
            report(place * samples + rows.stop, len(pixels) * samples)
    mean = total / samples
    return mean.float(), (squares / samples - mean**2).clamp(min=0).float()
