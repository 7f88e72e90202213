"""Test accuracy with and without the test images that were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.evaluation.judged import Judged


@dataclass(frozen=True)
class Share:
    """An accuracy with its 95 % interval (Wilson 1927); ``None`` where there are no images."""

    images: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Without:
    everything: Share
    without: Share
    only: Share  # the images that were trained on


def without(judged: Judged, places: Sequence[int]) -> Without:
    """``places``: of the judged split, which are left out of ``without``. Images without a label count nowhere."""
    out = np.zeros(len(judged), bool)
    out[list(places)] = True
    known, right = judged.known, judged.right
    parts = (known, known & ~out, known & out)
    return Without(*(share(int(right[part].sum()), int(part.sum())) for part in parts))


def share(right: int, images: int) -> Share:
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    if images == 0:
        return Share(0, None, None, None)
    found = binomtest(right, images).proportion_ci(method="wilson")
    return Share(images, right / images, float(found.low), float(found.high))
