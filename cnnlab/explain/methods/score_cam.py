"""Score-CAM (Wang et al. 2020): each map of a layer is tried out as a mask on the image.

The paper's algorithm 1, for maps and for tokens. What the mask leaves out is filled with the mean of the training
images, which is what multiplying a standardised image by the mask does, as the authors' code has it. Trying only
the maps that vary most is an idea of Faster Score-CAM.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.attribution.perturbed import Evaluations, filled
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.layers import choose_layer
from cnnlab.models.layouts import as_maps, layout_of
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,
    channels: int = 128,
    fill: str = "mean",
) -> Tensor:
    """[N, H, W] float32, never negative: the layer's maps weighted by the softmax of their masks' scores.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``layer``: see ``choose_layer``, which says what is raised.
    ``channels``: how many maps are tried. ``fill``: see ``perturbed.filled``.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        maps = _maps(net, choose_layer(net, inputs, layer), pixels)
        tried = maps.var((2, 3)).topk(min(channels, maps.shape[1]), dim=1).indices
        evaluations = Evaluations(net, score, tried.numel())
        images = zip(pixels, filled(pixels, fill, net), maps, tried, strict=True)
        found = [_weighted(evaluations, image, baseline, own[places]) for image, baseline, own, places in images]
        return torch.stack(found)


def _weighted(evaluations: Evaluations, image: Tensor, baseline: Tensor, maps: Tensor) -> Tensor:
    """[H, W] float32, of the ``maps`` [K, h, w] of one image [C, H, W]."""
    scores = evaluations.of(image, baseline, len(maps), lambda rows: _masks(_enlarged(maps[rows], image)))
    weights = scores.softmax(0).to(maps)
    # enlarged last: bilinearly, the sum of the enlarged is the enlarged sum, and needs the room of one
    return _enlarged((weights[:, None, None] * maps).sum(0, keepdim=True), image)[0].relu().float()


def _enlarged(maps: Tensor, image: Tensor) -> Tensor:
    """[K, h, w] -> [K, H, W] of ``image`` [C, H, W]."""
    return F.interpolate(maps[None], image.shape[1:], mode="bilinear", align_corners=False)[0]


def _masks(maps: Tensor) -> Tensor:
    """[K, H, W] each stretched to [0, 1]; a map of one value hides everything."""
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low).clamp(min=1e-12)


def _maps(network: Network, layer: str, pixels: Tensor) -> Tensor:
    """[N, K, h, w] that ``layer`` gives for ``pixels``."""
    caught: list[Tensor] = []
    module = network.get_submodule(layer)

    def keep(_module: Any, _arguments: Any, output: Tensor) -> None:
        caught.append(output)

    handle = module.register_forward_hook(keep)
    try:
        with torch.no_grad():
            network(pixels)
    finally:
        handle.remove()
    maps = as_maps(caught[-1], layout_of(module, network.layout), (pixels.shape[-2], pixels.shape[-1]))
    assert maps is not None  # noqa: S101  # choose_layer refuses a layer without places
    return maps
