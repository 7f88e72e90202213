"""VarGrad (Adebayo et al. 2018): the variance of the gradient over noisy copies of the image."""

from __future__ import annotations

from torch import Tensor

from cnnlab.explain.attribution.noise import gradient_moments
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> Tensor:
    """[N, H, W] float32: the variance summed over the channels, never negative.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``noise``: a share of the image's range.
    """
    with borrowed(network) as net:
        _, variance = gradient_moments(net, inputs, score, samples=samples, noise=noise, seed=seed)
        return variance.sum(1)
