"""LayerCAM (Jiang et al. 2021, section III-B), for maps and for tokens. Captum has none."""

from __future__ import annotations

from torch import Tensor

from cnnlab.explain.attribution.cams import enlarged, maps_and_slopes
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(network: Network, inputs: Tensor, score: Score, *, layer: str | None = None) -> Tensor:
    """[N, H, W] float32, not negative: each place of the layer's maps weighted by its own positive gradient.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``layer``: see ``choose_layer``, which says what is raised.
    """
    with borrowed(network) as net:
        maps, slopes = maps_and_slopes(net, inputs, score, layer)
        return enlarged((slopes.relu() * maps).sum(1, keepdim=True).relu(), inputs)
