"""Grad-CAM++ (Chattopadhay et al. 2018, section 3.2), for maps and for tokens. Captum has none."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.attribution.cams import enlarged, maps_and_slopes
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(network: Network, inputs: Tensor, score: Score, *, layer: str | None = None) -> Tensor:
    """[N, H, W] float32, not negative: the layer's maps weighted by their positive gradients, each place by its share.

    With the gradient g of the score S by a map A, equation 19 for Y = exp(S), whose factor exp(S) > 0 is left out:
    it scales a whole map, and overflows. alpha = g^2 / (2 g^2 + sum(A) g^3), w = sum(alpha relu(g)), relu(sum(w A)).
    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``layer``: see ``choose_layer``, which says what is raised.
    """
    with borrowed(network) as net:
        maps, slopes = maps_and_slopes(net, inputs, score, layer)
        shares = _shares(maps, slopes)
        weights = (shares * slopes.relu()).sum((2, 3), keepdim=True)
        return enlarged((weights * maps).sum(1, keepdim=True).relu(), inputs)


def _shares(maps: Tensor, slopes: Tensor) -> Tensor:
    """alpha, after division of both sides by g^2; 0 where the gradient is 0, as there is nothing to share."""
    below = 2 + maps.sum((2, 3), keepdim=True) * slopes
    usable = (slopes != 0) & (below != 0)
    return torch.where(usable, 1 / torch.where(usable, below, 1), 0)
