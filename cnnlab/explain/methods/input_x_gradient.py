"""Input x gradient (Shrikumar et al. 2016), through Captum."""

from __future__ import annotations

from captum.attr import InputXGradient
from torch import Tensor

from cnnlab.explain.attribution.inputs import differentiable
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
) -> Tensor:
    """[N, H, W] float32: brightness in [0, 1] times gradient, summed over the channels, in units of the score.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1].
    """
    with borrowed(network) as net:
        products: Tensor = InputXGradient(lambda x: score(net(x))).attribute(differentiable(inputs))
        return products.detach().sum(1)
