"""Grad-CAM (Selvaraju et al. 2017, section 3) through Captum."""

from __future__ import annotations

from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor

from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.inputs import differentiable
from cnnlab.explain.layers import choose_layer
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,
    relu_attributions: bool = False,
) -> Tensor:
    """[N, H, W] float32: the layer's maps weighted by their mean gradients, enlarged bilinearly to the input.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``layer``: see ``choose_layer``, which says what is raised.
    ``relu_attributions``: keep what speaks for the target alone, as the paper does.
    """
    with borrowed(network) as net:
        name = choose_layer(net, inputs, layer)
        pixels = differentiable(inputs)
        grad_cam = LayerGradCam(lambda x: score(net(x)), net.get_submodule(name))
        coarse = grad_cam.attribute(pixels, relu_attributions=relu_attributions)
        maps: Tensor = LayerAttribution.interpolate(coarse, tuple(pixels.shape[-2:]), "bilinear")
        return maps.detach().squeeze(1)
