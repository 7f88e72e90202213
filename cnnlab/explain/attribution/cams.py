"""What class activation maps are made of: a layer's maps and how the scores depend on them, in one pass each way."""

from __future__ import annotations

from typing import Any

import torch
from captum.attr import LayerAttribution
from torch import Tensor, nn

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.base import Score
from cnnlab.explain.layers import choose_layer
from cnnlab.models.layouts import as_maps, layout_of
from cnnlab.models.network import Network


def maps_and_slopes(network: Network, inputs: Tensor, score: Score, layer: str | None) -> tuple[Tensor, Tensor]:
    """The maps of ``layer`` for ``inputs`` [N, C, H, W], and the gradients of the scores by them: both [N, K, h, w].

    ``network`` is borrowed. ``layer``: see ``choose_layer``, which says what is raised.
    """
    module = network.get_submodule(choose_layer(network, inputs, layer))
    output, gradient = _output_and_gradient(network, module, as_floats(inputs), score)
    layout, size = layout_of(module, network.layout), (inputs.shape[-2], inputs.shape[-1])
    maps, slopes = as_maps(output, layout, size), as_maps(gradient, layout, size)
    assert maps is not None  # noqa: S101  # choose_layer refuses a layer without places
    assert slopes is not None  # noqa: S101
    return maps, slopes


def enlarged(coarse: Tensor, inputs: Tensor) -> Tensor:
    """[N, 1, h, w] -> [N, H, W] of ``inputs``, bilinearly."""
    full: Tensor = LayerAttribution.interpolate(coarse.contiguous(), tuple(inputs.shape[-2:]), "bilinear")
    return full.squeeze(1)


def _output_and_gradient(network: Network, module: nn.Module, pixels: Tensor, score: Score) -> tuple[Tensor, Tensor]:
    """What ``module`` gives for ``pixels``, and the gradient of the scores by it."""
    caught: list[Tensor] = []

    def begin_here(_module: nn.Module, _arguments: Any, output: Tensor) -> Tensor:
        # gradients go no further back than this, so nothing before it is kept for them
        caught.append(output.detach().requires_grad_(True))
        return caught[-1].clone()  # what follows may work in place

    handle = module.register_forward_hook(begin_here)
    try:
        scores = score(network(pixels))
    finally:
        handle.remove()
    # each score depends on its own input alone, so the gradient of the sum is that of each
    (gradient,) = torch.autograd.grad(scores.sum(), caught[-1])
    return caught[-1].detach(), gradient
