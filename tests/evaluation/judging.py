"""Test splits whose predictions are made up, for what looks for mistakes in them."""

from __future__ import annotations

import numpy as np

from cnnlab.evaluation.judged import Judged

NAMES = ("cat", "dog", "fox")
# true class, then what the network says of cat, dog and fox
ROWS = (
    (0, (0.90, 0.06, 0.04)),  # 0: a sure hit
    (0, (0.55, 0.40, 0.05)),  # 1: a hit by a hair
    (0, (0.03, 0.95, 0.02)),  # 2: a sure mistake
    (0, (0.30, 0.60, 0.10)),  # 3: a mistake
    (1, (0.10, 0.80, 0.10)),  # 4
    (1, (0.45, 0.15, 0.40)),  # 5: a mistake
    (2, (0.05, 0.05, 0.90)),  # 6
    (2, (0.04, 0.04, 0.92)),  # 7
)


def judged(rows: tuple[tuple[int, tuple[float, ...]], ...] = ROWS, names: tuple[str, ...] = NAMES) -> Judged:
    labels = np.array([label for label, _ in rows], np.int64)
    shares = np.array([row for _, row in rows], np.float32).reshape(len(rows), len(names))
    files = [f"{place}.png" for place in range(len(rows))]
    return Judged(names, files, labels, shares.argmax(1).astype(np.int64), shares)
