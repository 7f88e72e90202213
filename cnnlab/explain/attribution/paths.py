"""Scores and gradients at points between an image and what it is compared with, and whether their sum is complete."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.explain.base import Score
from cnnlab.models.network import Network

SMALLEST = 1e-8  # difference of two scores that a gap is a share of


def scores_and_gradients(network: Network, score: Score, points: Tensor) -> tuple[Tensor, Tensor]:
    """[M] scores of ``points`` [M, C, H, W], and their gradients by them."""
    leaf = points.detach().requires_grad_(True)
    scores = score(network(leaf))
    (gradients,) = torch.autograd.grad(scores.sum(), leaf)  # each score depends on its own point alone
    return scores.detach(), gradients


def gaps(maps: Tensor, differences: Tensor) -> Tensor:
    """[N]: |sum of the map - (f(x) - f(baseline))| as a share of |f(x) - f(baseline)|, which is ``differences``."""
    return (maps.sum((-2, -1)) - differences).abs() / differences.abs().clamp_min(SMALLEST)
