"""A Plotly figure drawn with matplotlib: lines, points, bars, heat maps, error bars; what our figures are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnlab.plots.export import legend
from cnnlab.plots.export.looks import SIZE, dash, marker, number, words

_CLEAR = "rgba(0,0,0,0)"  # points that are there to be clicked
_LETTERS = 80  # of names that fit side by side under an axis


def draw(chart: Any, figure: Any, language: str) -> None:
    """``chart``: of Plotly; ``figure``: matplotlib's, in whose one place it is drawn."""
    solid = any(trace.type == "scatter3d" for trace in chart.data)
    axes = figure.add_subplot(projection="3d" if solid else None)
    _Drawing(chart, axes, language).all(solid)
    if chart.layout.showlegend is not False:
        legend.above(axes)


class _Drawing:
    def __init__(self, chart: Any, axes: Any, language: str) -> None:
        self.chart, self.axes, self.language = chart, axes, language
        self.stacked: dict[float, float] = {}
        self.categories = {
            side: {name: place for place, name in enumerate(axis.categoryarray or ())}
            for side, axis in (("x", chart.layout.xaxis), ("y", chart.layout.yaxis))
        }

    def all(self, solid: bool) -> None:
        for trace in self.chart.data:
            kind = {"bar": self.bars, "heatmap": self.cells, "scatter3d": self.points}.get(trace.type, self.points)
            kind(trace)
        for shape in self.chart.layout.shapes or ():
            if shape.x0 == shape.x1:
                self.axes.axvline(shape.x0, color=shape.line.color, linestyle=dash(shape.line.dash), linewidth=0.8)
        if solid:
            self._solid_frame()
        else:
            for side in ("x", "y"):
                self._frame(side)

    def bars(self, trace: Any) -> None:
        across, up = [float(x) for x in trace.x], [float(y) for y in trace.y]
        stacked = self.chart.layout.barmode == "stack"
        bottom = [self.stacked.get(x, 0.0) if stacked else 0.0 for x in across]
        for x, y in zip(across, up, strict=True):
            self.stacked[x] = self.stacked.get(x, 0.0) + y
        hatch = {"/": "////"}.get(trace.marker.pattern.shape or "")
        colour = trace.marker.color
        look = {"facecolor": colour, "edgecolor": "#FFFFFF", "linewidth": 0.6, "hatch": hatch}
        self.axes.bar(across, up, trace.width, bottom, label=words(trace.name), **look)

    def cells(self, trace: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        shades = LinearSegmentedColormap.from_list("shades", [(at, colour) for at, colour in trace.colorscale])
        values = np.array(trace.z, np.float64)
        across, up = (self._edges(list(places)) for places in (trace.x, trace.y))
        look = {"cmap": shades, "vmin": trace.zmin, "vmax": trace.zmax, "edgecolors": "#FFFFFF", "linewidth": 0.8}
        mesh = self.axes.pcolormesh(across, up, values, **look)
        if trace.showscale is not False:
            bar = self.axes.figure.colorbar(mesh, ax=self.axes, fraction=0.04, pad=0.02)
            bar.outline.set_visible(False)
            bar.ax.yaxis.set_major_formatter(lambda value, _: number(value, self.language) + words(self._suffix(trace)))

    def written(self, trace: Any) -> None:
        """Words at points, each in its colour."""
        for x, y, said, colour in zip(trace.x, trace.y, trace.text, trace.textfont.color, strict=True):
            self.axes.text(x, y, words(said), ha="center", va="center", color=colour, fontsize=8)

    def points(self, trace: Any) -> None:
        """Lines, symbols, error bars; on flat or solid axes."""
        if str(trace.marker.color) == _CLEAR or (trace.marker.opacity or 1) < 0.05:
            return
        mode = trace.mode or "lines"
        if mode == "text":
            self.written(trace)
            return
        places = [self._placed(trace.x, "x"), self._placed(trace.y, "y")]
        places += [self._placed(trace.z, "z")] if trace.type == "scatter3d" else []
        colour = trace.line.color or trace.marker.color
        label = words(trace.name) if trace.showlegend is not False else ""
        if "lines" in mode:
            look = {"color": colour, "linewidth": SIZE * (trace.line.width or 2), "linestyle": dash(trace.line.dash)}
            self._errors(trace, places, colour)
            look |= self._marks(trace, colour) if "markers" in mode else {}
            self.axes.plot(*places, label=label, alpha=trace.opacity, **look)
        elif len(places[0]):
            self._errors(trace, places, colour)
            self._scattered(trace, places, label)

    def _scattered(self, trace: Any, places: Sequence[Any], label: str) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        symbol, hollow = marker(trace.marker.symbol)
        look: dict[str, Any] = {"marker": symbol, "s": (SIZE * (trace.marker.size or 6)) ** 2, "label": label}
        look["alpha"] = trace.marker.opacity
        values = trace.marker.color
        if isinstance(values, str | None):
            edge = SIZE * (trace.marker.line.width or 1.5)
            look |= {
                "facecolors": "none" if hollow else values,
                "edgecolors": values,
                "linewidth": edge if hollow else 0,
            }
            self.axes.scatter(*places, **look)
            return
        shades = LinearSegmentedColormap.from_list("shades", [(at, colour) for at, colour in trace.marker.colorscale])
        drawn = self.axes.scatter(
            *places, c=np.asarray(values), cmap=shades, vmin=trace.marker.cmin, vmax=trace.marker.cmax, **look
        )
        bar = self.axes.figure.colorbar(drawn, ax=self.axes, fraction=0.04, pad=0.02)
        bar.set_label(words(trace.marker.colorbar.title.text))
        ticks, said = trace.marker.colorbar.tickvals, trace.marker.colorbar.ticktext
        if ticks is not None and said is not None:
            bar.set_ticks(list(ticks), labels=[words(one) for one in said])
        bar.outline.set_visible(False)

    def _marks(self, trace: Any, colour: str) -> dict[str, Any]:
        symbol, hollow = marker(trace.marker.symbol)
        look = {"marker": symbol, "markersize": SIZE * (trace.marker.size or 6)}
        return look | ({"markerfacecolor": "none"} if hollow else {"markeredgecolor": colour})

    def _errors(self, trace: Any, places: Sequence[Any], colour: str) -> None:
        """``None`` and 0 are no bar."""
        for side, error in (("x", trace.error_x), ("y", trace.error_y)) if trace.type != "scatter3d" else ():
            if error is None or error.array is None:
                continue
            above = np.array([value or 0 for value in error.array], float)
            below = above if error.arrayminus is None else np.array([value or 0 for value in error.arrayminus], float)
            ends = {f"{side}err": np.maximum([below, above], 0)}
            self.axes.errorbar(*places, **ends, fmt="none", ecolor=error.color or colour, elinewidth=1, capsize=2)

    def _placed(self, values: Any, side: str) -> Any:
        known = self.categories.get(side)
        if known:
            return np.array([known[value] for value in values], float)
        return np.array([np.nan if value is None else value for value in (() if values is None else values)], float)

    @staticmethod
    def _suffix(trace: Any) -> str:
        return trace.colorbar.ticksuffix or ""

    @staticmethod
    def _edges(places: Sequence[float]) -> Any:
        """Cells around evenly spaced ``places``."""
        return np.array([places[0] - 0.5, *(np.array(places) + 0.5)], float)

    def _frame(self, side: str) -> None:
        """Title, scale, range, ticks of an axis."""
        from matplotlib.ticker import MultipleLocator

        axis = self.chart.layout[f"{side}axis"]
        drawn = getattr(self.axes, f"{side}axis")
        drawn.set_label_text(words(axis.title.text))
        if axis.type == "log":
            getattr(self.axes, f"set_{side}scale")("log")
            drawn.set_minor_locator(_none())
        if axis.range is not None:
            low, high = (10**end if axis.type == "log" else end for end in axis.range)
            getattr(self.axes, f"set_{side}lim")(low, high)
        elif axis.autorange == "reversed":
            drawn.set_inverted(True)
        self.axes.grid(axis.showgrid is not False, axis=side)
        names = self.categories[side]
        if axis.showticklabels is False:
            drawn.set_ticks([])
        elif axis.tickvals is not None:
            self._named_ticks(drawn, side, list(axis.tickvals), [words(one) for one in axis.ticktext or axis.tickvals])
        elif names:
            drawn.set_ticks(list(names.values()), labels=[words(one) for one in names])
        else:
            if axis.dtick:
                drawn.set_major_locator(MultipleLocator(axis.dtick))
            drawn.set_major_formatter(lambda value, _: number(value, self.language))
        if axis.scaleanchor:
            self.axes.set_aspect("equal")

    @staticmethod
    def _named_ticks(drawn: Any, side: str, places: list[float], names: list[str]) -> None:
        turned = side == "x" and len(names) * max(map(len, names), default=0) > _LETTERS
        look: Mapping[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if turned else {}
        drawn.set_ticks(places, labels=names, **look)

    def _solid_frame(self) -> None:
        scene = self.chart.layout.scene
        for side in ("x", "y", "z"):
            getattr(self.axes, f"set_{side}label")(words(scene[f"{side}axis"].title.text), labelpad=-8)
            getattr(self.axes, f"{side}axis").set_ticklabels([])


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
