"""Scatter with its Pareto front, and parallel coordinates of runs, as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnlab.plots.cues import PATHS
from cnnlab.plots.palette import Palette, cue

_POINT = 13


@dataclass(frozen=True)
class Dot:
    """One run; ``slot``: its cue among the compared ones, ``None`` for one of the crowd behind them."""

    name: str
    x: float
    y: float
    slot: int | None = None


@dataclass(frozen=True)
class Dimension:
    """An axis of the parallel coordinates; ``categories``: the values in words where they are no numbers."""

    title: str
    values: Sequence[Any]  # one a run; None where it has none
    categories: Sequence[str] = field(default=())
    log: bool = False
    flipped: bool = False


def scatter(
    dots: Sequence[Dot],
    front: Sequence[tuple[float, float]],
    titles: tuple[str, str],
    front_name: str,
    colours: Palette,
    *,
    log: bool = False,
) -> dict[str, Any]:
    """``front_name``: in the legend. On a log axis what is not above zero is left out."""
    shown = [dot for dot in dots if not log or dot.x > 0]
    crowd = [dot for dot in shown if dot.slot is None]
    series = [_front([end for end in front if not log or end[0] > 0], front_name, colours)] if len(front) > 1 else []
    if crowd:
        items = [{"name": dot.name, "value": [dot.x, dot.y]} for dot in crowd]
        look = {"color": colours.muted, "opacity": 0.5}
        series.append({"type": "scatter", "name": "", "data": items, "symbolSize": 7, "itemStyle": look, "z": 2})
    series += [_dot(dot, dot.slot, colours) for dot in shown if dot.slot is not None]
    label = {"color": colours.text, "fontSize": 12}
    return {
        "animation": False,
        "grid": {"left": 28, "right": 36, "top": 40, "bottom": 44, "containLabel": True},
        "legend": {
            "type": "scroll",
            "top": 0,
            "left": 0,
            "right": 0,
            "textStyle": label,
            "pageTextStyle": label,
            "pageIconColor": colours.text,
            "data": [one["name"] for one in series if one["name"]],
        },
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}"},
        "xAxis": _axis(titles[0], colours, log=log, gap=26),
        "yAxis": _axis(titles[1], colours, log=False, gap=44),
        "series": series,
    }


def parallel(dimensions: Sequence[Dimension], names: Sequence[str], colours: Palette) -> dict[str, Any]:
    """A line a run, coloured by the last dimension; a run that has a value on no axis left out is not drawn."""
    axes = [_parallel_axis(place, one, colours) for place, one in enumerate(dimensions)]
    items = complete(dimensions, names)
    known = [item["value"][-1] for item in items]
    return {
        "animation": False,
        "parallel": {"left": 72, "right": 80, "top": 48, "bottom": 32},
        "parallelAxis": axes,
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "visualMap": {
            "show": False,
            "dimension": len(dimensions) - 1,
            "min": min(known, default=0),
            "max": max(known, default=1),
            "inRange": {"color": list(colours.sequential[2:])},
        },
        "series": [{"type": "parallel", "lineStyle": {"width": 2, "opacity": 0.75}, "data": items}],
    }


def complete(dimensions: Sequence[Dimension], names: Sequence[str]) -> list[dict[str, Any]]:
    """The runs that have a value on every axis: those that are drawn."""
    lines = [
        {"name": name, "value": [_parallel_value(one, run) for one in dimensions]} for run, name in enumerate(names)
    ]
    return [line for line in lines if None not in line["value"]]


def _parallel_value(dimension: Dimension, run: int) -> Any:
    value = dimension.values[run]
    return None if dimension.log and value is not None and value <= 0 else value


def _parallel_axis(place: int, dimension: Dimension, colours: Palette) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": "log" if dimension.log else "value", "scale": True}
    if dimension.categories:
        kind = {"type": "category", "data": list(dimension.categories)}
    return {
        "dim": place,
        "name": dimension.title,
        "inverse": dimension.flipped,
        "nameTextStyle": {"color": colours.text, "width": 110, "overflow": "break", "fontSize": 11},
        "axisLine": {"lineStyle": {"color": colours.muted}},
        "axisLabel": {"color": colours.text, "width": 90, "overflow": "truncate"}
        | ({} if dimension.categories else {"formatter": "{value}"}),
        **kind,
    }


def _front(ends: Sequence[tuple[float, float]], name: str, colours: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [list(end) for end in ends],
        "symbol": "none",
        "lineStyle": {"color": colours.muted, "type": "dashed", "width": 1.5},
        "itemStyle": {"color": colours.muted},
        "emphasis": {"disabled": True},
        "tooltip": {"show": False},
        "z": 1,
    }


def _dot(dot: Dot, slot: int, colours: Palette) -> dict[str, Any]:
    look = cue(slot, colours)
    return {
        "type": "scatter",
        "name": dot.name,
        "data": [{"name": dot.name, "value": [dot.x, dot.y]}],
        "symbol": f"path://{PATHS[look.symbol]}",
        "symbolSize": _POINT,
        "itemStyle": {"color": look.colour},
        "z": 3,
    }


def _axis(title: str, colours: Palette, *, log: bool, gap: int) -> dict[str, Any]:
    label = {"color": colours.text, "fontSize": 12}
    return {
        "type": "log" if log else "value",
        "scale": True,
        "name": title,
        "nameLocation": "middle",
        "nameGap": gap,
        "nameTextStyle": label,
        "axisLine": {"lineStyle": {"color": colours.grid}},
        "splitLine": {"lineStyle": {"color": colours.grid}},
        "axisLabel": {**label, "formatter": "{value}", "hideOverlap": True},
    }
