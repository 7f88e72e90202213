"""Attention rollout (Abnar & Zuidema 2020, section 3): attention followed through the blocks back to the places.

Each block's tokens are half what they were and half what they took: 0.5 A + 0.5 I, A the mean over the heads. The
product over the blocks says what of each place has reached each token, and the reading of the output does the rest.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnlab.errors import LabError
from cnnlab.explain.attribution.attention import Attentions, attends, attentions
from cnnlab.explain.attribution.inputs import as_floats
from cnnlab.explain.base import Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.layouts import as_maps
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
) -> Tensor:
    """[N, H, W] float32, never negative: the share of each place in what the output reads, enlarged bilinearly.

    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. The map is the same for every class: of ``score`` it is only
    asked whether it takes the output. Raises ``LabError`` ("network_without_attention").
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        if not attends(net):
            raise LabError("network_without_attention", field="--method", value="attention_rollout", known="–")
        seen = attentions(net, pixels)
        score(seen.output)
        size = (pixels.shape[-2], pixels.shape[-1])
        coarse = as_maps(rolled_out(seen).unsqueeze(2), "tokens", size)
        if coarse is None:
            raise LabError("network_without_attention", field="--method", value="attention_rollout", known="–")
        return F.interpolate(coarse.float(), size, mode="bilinear", align_corners=False).squeeze(1)


def rolled_out(seen: Attentions) -> Tensor:
    """[N, T]: what the output reads of each token as it was before the first block; sums to 1."""
    shares = seen.reading.unsqueeze(1)
    for weights in reversed(seen.blocks):
        shares = 0.5 * shares + 0.5 * torch.bmm(shares, weights)
    return shares.squeeze(1)
