"""Grad-CAM (Selvaraju et al. 2017, section 3), for maps and for tokens.

The paper's equations by themselves, because Captum's ``LayerGradCam`` takes the second axis for the channels: of
tokens [N, T, C] it would sum over the wrong one, without an error. Where both apply, they agree (a test holds it).
"""

from __future__ import annotations

from typing import Any

import torch
from captum.attr import LayerAttribution
from torch import Tensor, nn

from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.inputs import differentiable
from cnnlab.explain.layers import choose_layer
from cnnlab.models.layouts import as_maps, layout_of
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
        module = net.get_submodule(choose_layer(net, inputs, layer))
        pixels = differentiable(inputs)
        output, gradient = _output_and_gradient(net, module, pixels, score)
        layout, size = layout_of(module, net.layout), (pixels.shape[-2], pixels.shape[-1])
        maps, slopes = as_maps(output, layout, size), as_maps(gradient, layout, size)
        assert maps is not None  # noqa: S101  # choose_layer refuses a layer without places
        assert slopes is not None  # noqa: S101
        coarse = (slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True)
        coarse = coarse.relu() if relu_attributions else coarse
        enlarged: Tensor = LayerAttribution.interpolate(coarse.contiguous(), size, "bilinear")
        return enlarged.detach().squeeze(1)


def _output_and_gradient(net: Network, module: nn.Module, pixels: Tensor, score: Score) -> tuple[Tensor, Tensor]:
    """What ``module`` gives for ``pixels``, and the gradient of the scores with respect to it."""
    caught: list[Tensor] = []

    def keep(_module: nn.Module, _arguments: Any, output: Tensor) -> None:
        caught.append(output)

    handle = module.register_forward_hook(keep)
    try:
        scores = score(net(pixels))
    finally:
        handle.remove()
    # each score depends on its own input alone, so the gradient of the sum is that of each
    (gradient,) = torch.autograd.grad(scores.sum(), caught[-1])
    return caught[-1], gradient
