"""ECharts options drawn with matplotlib: lines over an axis, points with a front, parallel coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnlab.plots.export import legend
from cnnlab.plots.export.looks import SIZE, dash, marker, number

Option = Mapping[str, Any]
_FAINT = 0.4  # what a smoothed line was made from has no entry in the legend


def draw(option: Option, figure: Any, language: str) -> None:
    """``figure``: matplotlib's, in whose one place it is drawn."""
    axes = figure.add_subplot()
    if "parallelAxis" in option:
        _parallel(option, axes, language)
        return
    for one in option["series"]:
        if one["type"] == "line":
            _line(one, axes)
        else:
            _points(one, axes)
    for side in ("x", "y"):
        _frame(option[f"{side}Axis"], axes, side, language)
    if option.get("legend", {}).get("show", True):
        legend.above(axes)


def _line(series: Option, axes: Any) -> None:
    items = [_value(item) for item in series["data"]]
    x, y = _column(items, 0), _column(items, 1)
    look = series["lineStyle"]
    marked, large = _marked(series)
    symbol, _ = marker(series.get("symbol"))
    opacity = look.get("opacity", 1.0)
    axes.plot(
        x,
        y,
        color=look["color"],
        linewidth=SIZE * look["width"],
        linestyle=dash(look.get("type")),
        alpha=opacity,
        marker=symbol if marked or large else None,
        markevery=marked,
        markersize=SIZE * series.get("symbolSize", 6),
        label=series["name"] if opacity > _FAINT else "",
    )
    if large:
        axes.plot(x[large], y[large], symbol, color=look["color"], markersize=SIZE * 12)
    for at in series.get("markLine", {}).get("data", ()):
        axes.axvline(at["xAxis"], color=series["markLine"]["lineStyle"]["color"], linestyle=dash("dotted"), linewidth=1)
        said = series["markLine"]["label"]
        place = {"xy": (at["xAxis"], 1), "xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        side, ha = (4, "left") if said.get("align") == "left" else (-4, "right")
        axes.annotate(said["formatter"], xytext=(side, -2), ha=ha, va="top", **place)


def _marked(series: Option) -> tuple[list[int], list[int]]:
    """Places with a symbol, and with a large one."""
    marked, large = [], []
    for place, item in enumerate(series["data"]):
        if isinstance(item, Mapping) and "symbolSize" in item:
            large.append(place)
        elif isinstance(item, Mapping):
            if item.get("symbol") != "none":
                marked.append(place)
        elif series.get("showSymbol"):
            marked.append(place)
    return marked, large


def _points(series: Option, axes: Any) -> None:
    items = [_value(item) for item in series["data"]]
    symbol, _ = marker(series.get("symbol"))
    look = series["itemStyle"]
    size = (SIZE * series["symbolSize"]) ** 2
    style = {"color": look["color"], "alpha": look.get("opacity"), "linewidths": 0, "zorder": 2 + series.get("z", 2)}
    axes.scatter(_column(items, 0), _column(items, 1), size, marker=symbol, label=series["name"], **style)


def _frame(axis: Option, axes: Any, side: str, language: str) -> None:
    drawn = getattr(axes, f"{side}axis")
    drawn.set_label_text(axis.get("name", ""))
    if axis["type"] == "log":
        getattr(axes, f"set_{side}scale")("log")
    ends = {"left" if side == "x" else "bottom": axis.get("min"), "right" if side == "x" else "top": axis.get("max")}
    getattr(axes, f"set_{side}lim")(**{end: value for end, value in ends.items() if value is not None})
    if axis.get("minInterval") == 1:
        from matplotlib.ticker import MaxNLocator

        drawn.set_major_locator(MaxNLocator(8, integer=True))
    drawn.set_major_formatter(lambda value, _: number(value, language))
    axes.grid(axis.get("splitLine", {}).get("show", True), axis=side)


def _parallel(option: Option, axes: Any, language: str) -> None:
    """Every axis from 0 to 1; a run's line in the shade of its last value."""
    from matplotlib.colors import LinearSegmentedColormap

    dimensions, items = option["parallelAxis"], [item["value"] for item in option["series"][0]["data"]]
    scales = [_Scale(one, [item[place] for item in items]) for place, one in enumerate(dimensions)]
    shades = LinearSegmentedColormap.from_list("shades", option["visualMap"]["inRange"]["color"])
    low, high = option["visualMap"]["min"], option["visualMap"]["max"]
    for item in items:
        share = (item[-1] - low) / (high - low) if high > low else 1.0
        heights = [scale.height(value) for scale, value in zip(scales, item, strict=True)]
        axes.plot(range(len(item)), heights, color=shades(share), linewidth=1.5)
    for place, (one, scale) in enumerate(zip(dimensions, scales, strict=True)):
        axes.axvline(place, color="#6B7386", linewidth=0.8)
        for value, said in scale.ticks(language):
            look = {"fontsize": 7.5, "va": "center", "bbox": {"facecolor": "#FFFFFF", "edgecolor": "none", "pad": 0.8}}
            axes.text(place + 0.02, scale.height(value), said[:18], **look)
        axes.text(place, 1.06, _folded(one["name"]), ha="center", va="bottom", fontsize=8)
    axes.set_axis_off()
    axes.set_xlim(-0.4, len(dimensions) - 0.4)


class _Scale:
    """From values of an axis to heights in [0, 1]."""

    def __init__(self, axis: Option, values: Sequence[float]) -> None:
        self.axis, self.names = axis, axis.get("data", [])
        self.log = axis["type"] == "log"
        ends = (
            [0.0, max(1.0, len(self.names) - 1.0)]
            if self.names
            else [self._on(value) for value in values] or [0.0, 1.0]
        )
        self.low, self.high = min(ends), max(ends)

    def _on(self, value: float) -> float:
        return float(np.log10(value)) if self.log else float(value)

    def height(self, value: float) -> float:
        share = 0.5 if self.high == self.low else (self._on(value) - self.low) / (self.high - self.low)
        return 1 - share if self.axis.get("inverse") else share

    def ticks(self, language: str) -> list[tuple[float, str]]:
        if self.names:
            return list(enumerate(self.names))
        if self.high == self.low:
            steps: Any = [self.low]
        else:
            steps = np.linspace(self.low, self.high, 5)
        values = [10**step if self.log else step for step in steps]
        return [(value, number(float(f"{value:.3g}"), language)) for value in values]


def _folded(name: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(name, 16))


def _value(item: Any) -> Sequence[Any]:
    found: Sequence[Any] = item["value"] if isinstance(item, Mapping) else item
    return found


def _column(items: Sequence[Sequence[Any]], place: int) -> Any:
    return np.array([np.nan if item[place] is None else item[place] for item in items], float)
