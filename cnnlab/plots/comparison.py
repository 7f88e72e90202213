"""The curves of several runs in one chart, as ECharts options: each run in its colour, dash and symbol.

Like the curves of one run these are updated in place, so that comparing with a run that still trains does not blink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.plots.cues import DASHES, PATHS
from cnnlab.plots.curves import Point, Records, points
from cnnlab.plots.palette import Cue, Palette, cue

_MARKS = 5  # symbols on a line, so that long runs don't become chains of beads
_SMALL, _LARGE = 7, 12


@dataclass(frozen=True)
class Line:
    """A curve of the run at ``place``; ``faint`` stands behind the others, such as training behind validation."""

    place: int
    name: str
    values: list[Point]
    best: float | None = None  # where on the x axis the kept epoch is
    faint: bool = False
    raw: bool = False  # what a smoothed curve of the same name was made from: thinner still, and not in the tooltip


@dataclass(frozen=True)
class Words:
    """The texts of the chart, in the reader's language."""

    x_axis: str
    zoom: str
    back: str


def curve(
    records: Records, key: str, *, by_time: bool = False, images: int | None = None, scale: float = 1.0
) -> list[Point]:
    """``key`` ("val_loss") by epoch, by minutes of training, or by thousands of images seen, of ``images`` an epoch.

    A value that is no finite number is a gap.
    """
    values = points(records, key, scale)
    if by_time:
        return [(minutes, value) for minutes, (_, value) in zip(_minutes(records, key), values, strict=True)]
    return values if images is None else [(epoch * images / 1000, value) for epoch, value in values]


def best_place(records: Records, key: str, *, by_time: bool = False, images: int | None = None) -> float | None:
    """Where on the x axis of ``curve`` the last epoch marked as the best is."""
    has_key = [record for record in records if key in record]
    step = 1 if images is None else images / 1000
    places = _minutes(records, key) if by_time else [record["epoch"] * step for record in has_key]
    best = [place for place, record in zip(places, has_key, strict=True) if record.get("best")]
    return best[-1] if best else None


def smoothed(values: Sequence[Point], weight: float) -> list[Point]:
    """An exponential average without the pull of its start: ``weight`` 0 changes nothing, 0.9 spans about 10 epochs."""
    average, seen = 0.0, 0
    found: list[Point] = []
    for x, value in values:
        if value is None:
            found.append((x, None))
            continue
        average, seen = weight * average + (1 - weight) * value, seen + 1
        found.append((x, average / (1 - weight**seen)))
    return found


def overlaid(lines: Sequence[Line], colours: Palette, words: Words, *, log: bool = False) -> dict[str, Any]:
    """All lines, zoomed by drawing a box; the larger symbol is on the epoch that is kept."""
    label = {"color": colours.text, "fontSize": 12}
    split = {"show": True, "lineStyle": {"color": colours.grid}}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 44, "containLabel": True},
        "legend": _legend(label, colours),
        "tooltip": {"trigger": "axis", "valueFormatter": "%.4g"},
        "toolbox": _tools(words, colours),
        "xAxis": {
            "type": "value",
            "name": words.x_axis,
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": label,
            "min": 0,
            "splitLine": {"show": False},
            "axisLine": {"lineStyle": {"color": colours.grid}},
            "axisLabel": label,
        },
        "yAxis": {
            "type": "log" if log else "value",
            "scale": True,
            "splitLine": split,
            "axisLabel": {**label, "formatter": "{value}"},  # as it is: grouped digits would be English ones
        },
        "series": [_series(line, cue(line.place, colours), log=log) for line in lines],
    }


def _legend(label: dict[str, Any], colours: Palette) -> dict[str, Any]:
    return {
        "type": "scroll",
        "left": 0,
        "right": 0,
        "top": 0,
        "itemWidth": 34,
        "itemHeight": 8,
        "textStyle": label,
        "pageTextStyle": label,
        "pageIconColor": colours.text,
    }


def _series(line: Line, look: Cue, *, log: bool) -> dict[str, Any]:
    values = [(x, None if log and value is not None and value <= 0 else value) for x, value in line.values]
    marked = set() if line.faint or line.raw else set(range(line.place % 3, len(values), max(1, len(values) // _MARKS)))
    return {
        "type": "line",
        "name": line.name,
        "data": [_item(point, place in marked, point[0] == line.best) for place, point in enumerate(values)],
        "symbol": f"path://{PATHS[look.symbol]}",
        "symbolSize": _SMALL,
        "lineStyle": {
            "type": DASHES[look.dash],
            "color": look.colour,
            "width": 1 if line.raw else 1.25 if line.faint else 2.25,
            "opacity": 0.3 if line.raw else 0.5 if line.faint else 1.0,
        },
        **({"tooltip": {"show": False}} if line.raw else {}),
        "itemStyle": {"color": look.colour, "opacity": 0.5 if line.faint else 1.0},
        "emphasis": {"disabled": True},
        "z": 1 if line.raw else 2 if line.faint else 3,
    }


def _item(point: Point, marked: bool, best: bool) -> dict[str, Any]:
    if best:
        return {"value": list(point), "symbolSize": _LARGE}
    return {"value": list(point)} if marked else {"value": list(point), "symbol": "none"}


def _tools(words: Words, colours: Palette) -> dict[str, Any]:
    return {
        "right": 0,
        "bottom": 0,  # above it would stand in the way of a long legend
        "itemSize": 14,
        "iconStyle": {"borderColor": colours.text},
        "emphasis": {"iconStyle": {"borderColor": colours.accent, "textFill": colours.text}},
        "feature": {"dataZoom": {"title": {"zoom": words.zoom, "back": words.back}}},
    }


def _minutes(records: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    """Training time up to the end of each epoch that has ``key``."""
    passed, minutes = 0.0, []
    for record in records:
        passed += float(record.get("seconds") or 0.0) / 60
        if key in record:
            minutes.append(passed)
    return minutes
