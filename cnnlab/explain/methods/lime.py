"""LIME (Ribeiro, Singh, Guestrin 2016) over superpixels, with a ridge regression as the model that is fitted.

Its own rather than Captum's, whose default, the Lasso, gives zeros everywhere for outputs of small scale, and which
draws from the generator that all threads share.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.attribution.perturbed import Evaluations, filled
from cnnlab.explain.attribution.regions import regions_of
from cnnlab.explain.base import Attributed, Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network

KERNEL_WIDTH = 0.25  # of the cosine distance, as in the authors' code


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    regions: int = 50,
    samples: int = 400,
    ridge: float = 1.0,
    fill: str = "mean",
    seed: int = 0,
) -> Attributed:
    """[N, H, W] float32: the coefficient of each pixel's region in a linear model of the score near the image.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``regions``: about how many superpixels. ``samples``: images
    with half of the regions removed. ``ridge``: weight of the squared coefficients. ``fill``: see
    ``perturbed.filled``. ``seed``: of what is removed. Note "fit": the share of the variance that the model explains.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        found = [regions_of(image, regions) for image in pixels]
        evaluations = Evaluations(net, score, samples * len(pixels))
        maps, fits = [], []
        for image, baseline, each in zip(pixels, filled(pixels, fill, net), found, strict=True):
            kept = _drawn(each.count, samples, seed)
            worth = evaluations.of_regions(image, baseline, each.labels, kept)
            values, fit = ridge_regression(kept.double(), worth, _nearness(kept), ridge)
            maps.append(each.painted(values))
            fits.append(fit)
        return Attributed(torch.stack(maps).to(pixels.device), {"fit": torch.stack(fits)})


def _drawn(regions: int, samples: int, seed: int) -> Tensor:
    """[samples, regions] bool, the whole image first."""
    kept = torch.rand(samples, regions, generator=torch.Generator().manual_seed(seed)) < 0.5
    kept[0] = True
    return kept


def _nearness(kept: Tensor) -> Tensor:
    """[M] float64: 1 for the whole image, less the more is removed."""
    distance = 1 - kept.double().mean(1).sqrt()  # 1 less the cosine of the angle to a row of ones
    return torch.exp(-((distance / KERNEL_WIDTH) ** 2)).sqrt()


def ridge_regression(rows: Tensor, values: Tensor, weights: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    """The coefficients [K] of ``values`` [M] on ``rows`` [M, K], all float64, and the share of the variance that they
    explain. The constant is fitted too, and not held down.
    """
    shares = (weights / weights.sum())[:, None]
    centred = rows - (shares * rows).sum(0)
    left = values - (shares[:, 0] * values).sum()
    root = weights.sqrt()[:, None]
    weighted, wanted = root * centred, root[:, 0] * left
    normal = weighted.T @ weighted + ridge * torch.eye(rows.shape[1], dtype=rows.dtype)
    coefficients = torch.linalg.pinv(normal, hermitian=True) @ (weighted.T @ wanted)
    total = (wanted**2).sum()
    missed = ((wanted - weighted @ coefficients) ** 2).sum()
    return coefficients, torch.where(total == 0, torch.ones_like(total), 1 - missed / total)
