"""DeepLift (Shrikumar, Greenside, Kundaje 2017) by the rescale rule."""

from __future__ import annotations

from torch import Tensor

from cnnlab.explain.attribution.inputs import as_floats, without_content
from cnnlab.explain.attribution.paths import gaps
from cnnlab.explain.attribution.rescale import multipliers
from cnnlab.explain.base import Attributed, Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    baseline: str = "black",
) -> Attributed:
    """[N, H, W] float32, the sum over the channels, in units of the score.

    Note "gap": see ``gaps``; 0 but for rounding. ``inputs``: [N, C, H, W] uint8, or float in [0, 1].
    ``baseline``: see ``without_content``.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        bases = without_content(baseline, pixels, net)
        found, differences = multipliers(net, score, pixels, bases)
        maps = ((pixels - bases) * found).sum(1)
        return Attributed(maps, {"gap": gaps(maps, differences)})
