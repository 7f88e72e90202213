"""Saliency, the gradient itself (Simonyan et al. 2014, section 3), through Captum."""

from __future__ import annotations

from captum.attr import Saliency
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
    abs: bool = True,  # Captum's name for it
) -> Tensor:
    """[N, H, W] float32: how much the score changes with each pixel, in score units per full range of brightness.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``abs``: the largest absolute gradient over the channels, as
    in the paper; otherwise the sum over the channels, with its sign.
    """
    with borrowed(network) as net:
        gradients: Tensor = Saliency(lambda x: score(net(x))).attribute(differentiable(inputs), abs=abs)
        maps = gradients.amax(1) if abs else gradients.sum(1)
        return maps.detach()
