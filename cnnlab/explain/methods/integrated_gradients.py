"""Integrated gradients (Sundararajan, Taly, Yan 2017), with as many steps as the completeness axiom asks for.

Captum's would begin again at every doubling of the steps; here the points of the coarser path are kept.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain import progress
from cnnlab.explain.attribution.inputs import as_floats, without_content
from cnnlab.explain.attribution.paths import gaps, scores_and_gradients
from cnnlab.explain.attribution.perturbed import chunks
from cnnlab.explain.base import Attributed, Score
from cnnlab.explain.borrow import borrowed
from cnnlab.models.network import Network

FIRST = 25  # steps
ENOUGH = 0.01  # gap below which the steps are not doubled again


def attribute(
    network: Network,
    inputs: Tensor,
    score: Score,
    *,
    layer: str | None = None,  # noqa: ARG001  # the contract's signature
    baseline: str = "black",
    steps: int = 400,
) -> Attributed:
    """[N, H, W] float32, the sum over the channels, in units of the score; ``score`` is for one class.

    Notes: "gap", see ``gaps``; "steps" that were taken: from 25,
    doubled until the gap is under 1 % or another doubling would be more than ``steps``.
    ``inputs``: [N, C, H, W] uint8, or float in [0, 1]. ``baseline``: see ``without_content``.
    """
    with borrowed(network) as net:
        pixels = as_floats(inputs)
        bases = without_content(baseline, pixels, net)
        found: list[tuple[Tensor, Tensor, int]] = []
        for image, base in zip(pixels, bases, strict=True):
            before, total = len(found) * (steps + 1), len(pixels) * (steps + 1)
            found.append(_along(net, score, image, base, steps, before=before, of=total))
            progress.report(before + steps + 1, total)  # what was not needed is done too
        maps, left, taken = zip(*found, strict=True)
        return Attributed(torch.stack(maps), {"gap": torch.stack(left), "steps": torch.tensor(taken)})


def _along(
    network: Network, score: Score, image: Tensor, base: Tensor, most: int, *, before: int, of: int
) -> tuple[Tensor, Tensor, int]:
    """Map [H, W], gap and steps of one ``image`` [C, H, W], by the trapezoidal rule.

    Reports points as done: ``before`` and its own, ``of`` those that all images can take.
    """
    taken = min(FIRST, most)
    fractions = torch.arange(taken + 1) / taken
    total, done = torch.zeros_like(image), before
    ends: dict[float, Tensor] = {}
    while True:
        for part in chunks(len(fractions), image):
            at = fractions[part].to(image).view(-1, 1, 1, 1)
            scores, gradients = scores_and_gradients(network, score, base + at * (image - base))
            total += (torch.where((at == 0) | (at == 1), 0.5, 1.0) * gradients).sum(0)
            ends |= {end: scores[where] for where, end in enumerate(at.flatten().tolist()) if end in (0, 1)}
            done += len(at)
            progress.report(done, of)
        found = ((image - base) * total / taken).sum(0)
        gap = gaps(found, ends[1] - ends[0])
        if gap < ENOUGH or 2 * taken > most:
            return found, gap, taken
        fractions = (torch.arange(taken) + 0.5) / taken  # half way between those there are
        taken *= 2
