"""SmoothGrad (Smilkov et al. 2017): the mean gradient of noisy copies of the image."""

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
    abs: bool = True,  # as saliency's
    seed: int = 0,
) -> Tensor:
    """[N, H, W] float32, in score units per full range of brightness.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``noise``: a share of the image's range. ``abs``: the largest
    absolute mean gradient over the channels; otherwise their sum, with its sign.
    """
    with borrowed(network) as net:
        mean, _ = gradient_moments(net, inputs, score, samples=samples, noise=noise, seed=seed)
        return mean.abs().amax(1) if abs else mean.sum(1)
