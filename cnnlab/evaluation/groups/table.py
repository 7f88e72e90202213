"""Groups as a table that spreadsheets open."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from cnnlab.evaluation.csv_cells import inert
from cnnlab.evaluation.groups.gaps import Gaps

HEADER = ("grouping", "metric", "group", "images", "value", "low", "high", "too_small")


def as_csv(found: Sequence[Gaps]) -> str:
    """A row a group; shares are of one."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for one in found:
        for group in one.groups:
            names = [inert(one.grouping), one.metric, inert(group.name), group.images]
            writer.writerow([*names, *map(_figure, (group.value, group.low, group.high)), int(group.too_small)])
    return text.getvalue()


def _figure(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.6f}"
