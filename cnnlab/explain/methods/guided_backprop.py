"""Guided backpropagation (Springenberg et al. 2015, section 3.4), through Captum."""

from __future__ import annotations

from captum.attr import GuidedBackprop
from torch import Tensor

from cnnlab.explain.attribution.inputs import differentiable
from cnnlab.explain.attribution.scored import Scored
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
    """[N, H, W] float32, the sum over the channels: the gradient, but each ReLU lets
    only what is positive pass back, and that where its unit was active.

    inputs: [N, C, H, W] uint8, or float in [0, 1]. Other activations pass the plain gradient: see the need.
    """
    with borrowed(network) as net:
        gradients: Tensor = GuidedBackprop(Scored(net, score)).attribute(differentiable(inputs))
        return gradients.detach().sum(1)
