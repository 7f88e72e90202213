"""Guided Grad-CAM (Selvaraju et al. 2017, section 3.3): the product of Grad-CAM and guided backpropagation."""

from __future__ import annotations

from torch import Tensor

from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.methods import grad_cam, guided_backprop
from cnnlab.models.network import Network


def attribute(network: Network, inputs: Tensor, score: Score, *, layer: str | None = None) -> Tensor:
    """[N, H, W] float32: guided backpropagation, kept where Grad-CAM speaks for the target.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``layer``: see ``choose_layer``, which says what is raised.
    """
    with borrowed(network) as net:
        places = grad_cam.attribute(net, inputs, score, layer=layer, relu_attributions=True)
        return places * guided_backprop.attribute(net, inputs, score)
