"""Grad-CAM (Selvaraju et al. 2017, section 3), for maps and for tokens.

The paper's equations by themselves, because Captum's ``LayerGradCam`` takes the second axis for the channels: of
tokens [N, T, C] it would sum over the wrong one, without an error. Where both apply, they agree (a test holds it).
"""

from __future__ import annotations

from torch import Tensor

from cnnlab.explain.attribution.cams import enlarged, maps_and_slopes
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
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
        maps, slopes = maps_and_slopes(net, inputs, score, layer)
        coarse = (slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True)
        return enlarged(coarse.relu() if relu_attributions else coarse, inputs)
