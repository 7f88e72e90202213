"""Learning curves as ECharts options, from plain numbers.

Nothing here knows what a task measures: the metrics are those the epoch records name. Charts are updated in
place while a run trains, so nothing is animated and the x axis spans the planned epochs from the start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.plots.palette import Palette

Point = tuple[float, float | None]
Records = Sequence[Mapping[str, Any]]

_GRID = {"left": 8, "right": 16, "bottom": 30, "containLabel": True}


@dataclass(frozen=True)
class Words:
    """The texts of a chart, in the reader's language."""

    train: str
    validation: str
    x_axis: str
    best: str  # beside the dotted line


def metric_names(records: Records) -> list[str]:
    """The metrics that some epoch measured, without split: the one that says most, then losses, then the rest."""
    names: dict[str, None] = {}
    for record in records:
        for key, value in record.items():
            split, _, metric = key.partition("_")
            if split in ("train", "val") and metric and _number(value) is not None:
                names[metric] = None
    losses = [name for name in names if "loss" in name]
    others = [name for name in names if "loss" not in name]
    return [*others[:1], *losses, *others[1:]]


def points(records: Records, key: str, scale: float = 1.0) -> list[Point]:
    """(epoch, value) of every record that has ``key``; a value that is no finite number is a gap (``None``)."""
    found: list[Point] = []
    for record in records:
        if key in record:
            value = _number(record[key])
            found.append((record["epoch"], None if value is None else value * scale))
    return found


def learning_curves(
    records: Records,
    metric: str,
    *,
    planned_epochs: int,
    best_epoch: int | None,
    words: Words,
    palette: Palette,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Training (dashed, muted) and validation (solid, accent) of one metric; ``scale`` 100 makes a share per cent."""
    train = points(records, f"train_{metric}", scale)
    validation = points(records, f"val_{metric}", scale)
    series = []
    if train:
        series.append(_line(words.train, train, palette.muted, dashed=True))
    if validation:
        series.append(_line(words.validation, validation, palette.accent))
    if best_epoch is not None and series:
        series[-1]["markLine"] = _best_line(best_epoch, words.best, palette, planned_epochs)
    return _chart(series, planned_epochs, words.x_axis, palette)


def single_curve(
    records: Records, key: str, *, name: str, planned_epochs: int, x_axis: str, palette: Palette
) -> dict[str, Any]:
    """One quantity by epoch, such as the learning rate, above zero."""
    chart = _chart([_line(name, points(records, key), palette.accent)], planned_epochs, x_axis, palette, legend=False)
    chart["yAxis"] |= {"scale": False, "min": 0}
    return chart


def time_curves(lines: Mapping[str, Sequence[Point]], *, x_axis: str, palette: Palette) -> dict[str, Any]:
    """Named lines over minutes: the first in the accent, the second muted and dashed."""
    colours = [palette.accent, palette.muted]
    series = [
        _line(name, list(values), colours[place % 2], dashed=place % 2 == 1)
        for place, (name, values) in enumerate(lines.items())
    ]
    chart = _chart(series, 0, x_axis, palette)
    chart["xAxis"] |= {"min": 0, "max": None, "minInterval": None}
    chart["yAxis"] |= {"scale": False, "min": 0}
    return chart


def _line(name: str, values: Sequence[Point], colour: str, *, dashed: bool = False) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [list(point) for point in values],
        "showSymbol": len(values) < 3,  # a line of one point is invisible
        "symbol": "circle",
        "symbolSize": 6,
        "lineStyle": {"width": 1.75 if dashed else 2.25, "type": "dashed" if dashed else "solid", "color": colour},
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
    }


def _best_line(epoch: int, label: str, palette: Palette, planned_epochs: int) -> dict[str, Any]:
    share = (epoch - 1) / max(1, planned_epochs - 1)
    # centred, the label would cover those of the y axis, or be cut at the right end
    aligned = {"align": "left"} if share < 0.1 else {"align": "right"} if share > 0.9 else {}
    return {
        "silent": True,
        "symbol": "none",
        "animation": False,
        "lineStyle": {"type": "dotted", "width": 1.5, "color": palette.muted},
        "label": {"formatter": label, "color": palette.text, "position": "end", "distance": 4, "fontSize": 12}
        | aligned,
        "data": [{"xAxis": epoch}],
    }


def _chart(
    series: list[dict[str, Any]], planned_epochs: int, x_axis: str, palette: Palette, *, legend: bool = True
) -> dict[str, Any]:
    label = {"color": palette.text, "fontSize": 12}
    return {
        "animation": False,
        "grid": {**_GRID, "top": 44 if legend else 14},
        "legend": {"show": legend, "left": 0, "top": 0, "itemWidth": 24, "itemHeight": 8, "textStyle": label},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.4g"},
        "xAxis": {
            "type": "value",
            "name": x_axis,
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": label,
            "min": 1,
            "max": max(2, planned_epochs),
            "minInterval": 1,
            "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.grid}},
            "axisLabel": label,
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "splitLine": {"lineStyle": {"color": palette.grid}},
            "axisLabel": {**label, "formatter": "{value}"},  # as it is: grouped digits would be English ones
        },
        "series": series,
    }


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
