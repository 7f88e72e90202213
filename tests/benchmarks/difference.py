"""How often a difference is called real: where there is none, and where there is one of a stated size.

python -m tests.benchmarks.difference    (writes docs/benchmarks/difference.md)

Pairs of networks are drawn, not trained: each image has a difficulty that both share, and each network errs on it by
itself as well, so that the two agree about as often as two trained networks do (stated in the table).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnlab.evaluation.paired import compare

RESULT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "difference.md"


@dataclass(frozen=True)
class Plan:
    images: int = 1000
    accuracy: float = 0.9
    shared: float = 0.7  # of the errors: those on images that are hard for both


PLAN = Plan()


def answers(plan: Plan, difference: float, rng: np.random.Generator) -> list[NDArray[np.bool_]]:
    """Whether each of two networks is right, [N] each; the expected accuracies differ by ``difference``."""
    hard = rng.random(plan.images) < plan.shared * (1 - plan.accuracy)
    right = []
    for accuracy in (plan.accuracy, plan.accuracy - difference):
        own = 1 - accuracy / (1 - plan.shared * (1 - plan.accuracy))  # errors on the images that are not hard
        right.append(~hard & (rng.random(plan.images) >= own))
    return right


def called_real(plan: Plan, *, difference: float, pairs: int, seed: int) -> float:
    """The share of ``pairs`` drawn pairs that are called real."""
    rng = np.random.default_rng(seed)
    return float(np.mean([compare(answers(plan, difference, rng))[0].real for _ in range(pairs)]))


def main() -> None:
    lines = [
        "# How often a difference is called real",
        "",
        "`python -m tests.benchmarks.difference`: drawn pairs of networks that share seven tenths of their errors,",
        "2,000 pairs a cell, the better one at 90 %. McNemar's exact test at 5 %; where there is none the bar is 7 %.",
        "",
        "| test images | no difference | 1 point | 2 points | 5 points |",
        "|---|---|---|---|---|",
    ]
    for images in (300, 1000, 10_000):
        plan = replace(PLAN, images=images)
        found = [called_real(plan, difference=d, pairs=2000, seed=images) for d in (0.0, 0.01, 0.02, 0.05)]
        lines.append(f"| {images:,} | " + " | ".join(f"{100 * share:.1f} %" for share in found) + " |")
    RESULT.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
