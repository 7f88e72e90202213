"""The Pareto front of runs: those that no other run beats in one thing without losing in another."""

from __future__ import annotations

from collections.abc import Sequence


def front(
    costs: Sequence[float | None], results: Sequence[float | None], *, more_cost: bool = False, more_result: bool = True
) -> list[int]:
    """Places on the front, from the cheapest on. A run without one of the two values is left out.

    ``more_cost``, ``more_result``: whether higher values are the good ones. Runs that are equal in both are all on it.
    """
    points = [
        (-cost if more_cost else cost, -result if more_result else result, place)
        for place, (cost, result) in enumerate(zip(costs, results, strict=True))
        if cost is not None and result is not None
    ]
    found: list[int] = []
    best = last = None
    for cost, result, place in sorted(points):
        if best is None or result < best or (result == best and cost == last):
            found.append(place)
            best, last = result, cost
    return found
