"""Which players take part: the coalitions that KernelSHAP asks about, and what they are worth in its regression.

The kernel gives a coalition of s of K players the weight (K - 1) / (C(K, s) s (K - s)) (Lundberg & Lee 2017,
theorem 2). All coalitions of a size, with their complements, are taken while there is room for them, from the sizes
that weigh most; the rest of the room is drawn from the other sizes, again in pairs (Covert & Lee 2021).
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor


def weighted_coalitions(players: int, most: int, seed: int) -> tuple[Tensor, Tensor]:
    """[M, K] bool and [M] float64 weights that sum to 1, M at most the larger of ``most`` and 2 K.

    Never fewer than each player alone and each left out. Without the empty and the full one, which weigh infinitely.
    """
    rows: list[list[int]] = []
    weights: list[float] = []
    masses = {size: _mass(players, size) for size in range(1, players // 2 + 1)}
    room = max(most, 2 * players)
    for size in list(masses):
        pairs = math.comb(players, size) if 2 * size < players else math.comb(players, size) // 2
        if 2 * pairs > room:
            break
        mass = masses.pop(size)
        room -= 2 * pairs
        rows += [list(each) for each in itertools.islice(itertools.combinations(range(players), size), pairs)]
        weights += [mass / pairs] * pairs
    drawn = _drawn(players, masses, room // 2, seed)
    rows += drawn
    weights += [sum(masses.values()) / len(drawn)] * len(drawn) if drawn else []
    kept = torch.zeros(len(rows), players, dtype=torch.bool)
    for row, members in zip(kept, rows, strict=True):
        row[members] = True
    halves = torch.tensor(weights, dtype=torch.float64)
    return torch.cat([kept, ~kept]), torch.cat([halves, halves]) / (2 * halves.sum())


def _mass(players: int, size: int) -> float:
    """Of all coalitions of this size and their complements together, up to a factor."""
    both = 2 if 2 * size < players else 1
    return both / (size * (players - size))


def _drawn(players: int, masses: dict[int, float], pairs: int, seed: int) -> list[list[int]]:
    if not masses or not pairs:
        return []
    generator = torch.Generator().manual_seed(seed)
    sizes, share = list(masses), torch.tensor(list(masses.values()), dtype=torch.float64)
    picks = torch.multinomial(share, pairs, replacement=True, generator=generator).tolist()
    return [torch.randperm(players, generator=generator)[: sizes[pick]].tolist() for pick in picks]


def shapley_values(kept: Tensor, weights: Tensor, worth: Tensor, nothing: float, everything: float) -> Tensor:
    """[K] float64: the weighted least squares of ``worth`` [M] on ``kept`` [M, K] whose values add up to
    ``everything`` - ``nothing``. Exact where all coalitions are there; for an additive game in any case.
    """
    gain = everything - nothing
    if kept.shape[1] == 1:
        return torch.tensor([gain], dtype=torch.float64)
    last = kept[:, -1:].double()
    design = kept[:, :-1].double() - last  # the last player's value is what the others leave of the gain
    left = (worth - nothing) - last.squeeze(1) * gain
    root = weights.sqrt()
    first = torch.linalg.pinv(design * root[:, None]) @ (left * root)  # a solver would refuse scores that are NaN
    return torch.cat([first, (gain - first.sum()).reshape(1)])
