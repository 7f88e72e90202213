"""The points of a feature space: who gets which colour, and the chart of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cnnlab.evaluation.judged import Judged
from cnnlab.i18n import formats, translate
from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette, cue, scale

COLOURINGS = ("true", "predicted", "right", "confidence")
MOST_CLASSES = 12  # with a colour and a symbol of their own; the others share one
_SVG_POINTS = 3000  # beyond them WebGL draws


@dataclass(frozen=True)
class Series:
    """Points that are drawn alike; ``rows`` counts in the drawn samples."""

    name: str
    rows: NDArray[np.int64]
    colour: str
    symbol: str  # Plotly's name
    values: NDArray[np.float32] | None = None  # [rows] in [0, 1]: then a colour scale and not ``colour``


def coloured(
    judged: Judged, places: NDArray[np.int64], colouring: str, colours: Palette, language: str
) -> list[Series]:
    """The drawn samples by one of ``COLOURINGS``; those without a label are a series of their own."""
    if colouring == "confidence":
        values = judged.confidence[places]
        name = translate("space.colouring.confidence", language)
        return [Series(name, np.arange(len(places)), colours.accent, "circle", values)]
    if colouring == "right":
        wrong, right = judged.wrong[places], judged.right[places]
        kinds = (
            ("right", right, colours.muted, "circle"),
            ("wrong", wrong, colours.categorical[1], "x"),
            ("unknown", ~(wrong | right), colours.grid, "diamond"),
        )
        made = [Series(translate(f"space.{n}", language), np.flatnonzero(m), c, s) for n, m, c, s in kinds]
        return [one for one in made if len(one.rows)]
    given = (judged.labels if colouring == "true" else judged.predictions)[places]
    return _by_kind(given, judged.names, colours, language)


def by_group(
    codes: NDArray[np.int64], groups: Sequence[str], places: NDArray[np.int64], colours: Palette, language: str
) -> list[Series]:
    """The drawn samples by their groups: ``codes`` of the whole split, -1 for a sample that is in none."""
    return _by_kind(codes[places], groups, colours, language, rest="other_groups", none="no_group")


def _by_kind(
    given: NDArray[np.int64],
    names: Sequence[str],
    colours: Palette,
    language: str,
    *,
    rest: str = "other_classes",
    none: str = "unknown",
) -> list[Series]:
    """``rest``, ``none``: what the words are called for those without a colour of their own, and without a kind."""
    numbers, counts = np.unique(given[given >= 0], return_counts=True)
    shown = np.sort(numbers[np.argsort(-counts, kind="stable")][:MOST_CLASSES])
    made = []
    several = len(colours.categorical)
    for place, number in enumerate(shown.tolist()):
        looks = cue(place % several, colours)
        # a colour that comes again is drawn hollow: two filled symbols of one colour look alike at that size
        symbol = looks.symbol if place < several else f"{looks.symbol}-open"
        made.append(Series(names[number], np.flatnonzero(given == number), looks.colour, symbol))
    others, nameless = np.flatnonzero((given >= 0) & ~np.isin(given, shown)), np.flatnonzero(given < 0)
    for word, rows, colour, symbol in (
        (rest, others, colours.muted, "circle-open"),
        (none, nameless, colours.grid, "diamond"),
    ):
        if len(rows):
            made.append(Series(translate(f"space.{word}", language), rows, colour, symbol))
    return made


def axes(explained: Sequence[float], dimensions: int, language: str) -> list[str]:
    """Titles: components say how much of the variance they hold."""
    numbers = range(dimensions)
    if not explained:
        return [translate("space_page.axis", language, number=number + 1) for number in numbers]
    shares = [formats.percent(explained[number], language) for number in numbers]
    return [translate("space_page.component", language, number=k + 1, share=shares[k]) for k in numbers]


def figure(
    points: NDArray[np.float32],
    places: NDArray[np.int64],
    series: Sequence[Series],
    colours: Palette,
    language: str,
    *,
    titles: Sequence[str],
    hover: Sequence[str] = (),
) -> go.Figure:
    """``points`` [n, 2 or 3]; ``titles``: of its axes; ``hover`` [n]: what a point says, as plain text.

    A point's ``customdata`` is its place in the split.
    """
    solid = points.shape[1] == 3
    drawn = go.Figure()
    for one in series:
        said = {
            "name": text(one.name),
            "mode": "markers",
            "customdata": [[int(place)] for place in places[one.rows]],
            "text": [text(hover[row], 120) for row in one.rows] if hover else None,
            "hovertemplate": "%{text}<extra></extra>",
            "marker": _marker(one, colours, language, size=4 if solid else 7),
        }
        at: dict[str, Any] = {"x": points[one.rows, 0], "y": points[one.rows, 1]}
        kind = go.Scatter3d if solid else go.Scattergl if len(points) > _SVG_POINTS else go.Scatter
        drawn.add_trace(kind(**at, **({"z": points[one.rows, 2]} if solid else {}), **said))
    styled(drawn, colours, language, height=520, legend=series[0].values is None if series else False)
    drawn.update_layout(dragmode="orbit" if solid else "lasso")
    if solid:
        named = zip(("xaxis", "yaxis", "zaxis"), titles, strict=True)
        ground = {"backgroundcolor": "rgba(0,0,0,0)", "gridcolor": colours.grid, "showticklabels": False}
        drawn.update_layout(scene={axis: {"title": {"text": title}, **ground} for axis, title in named})
    else:
        drawn.update_xaxes(title=titles[0], showticklabels=False)
        drawn.update_yaxes(title=titles[1], showticklabels=False)
    return drawn


def _marker(one: Series, colours: Palette, language: str, *, size: int) -> dict[str, Any]:
    if one.values is None:
        symbol = one.symbol
        if size <= 4 and symbol.removesuffix("-open") not in _SOLID:
            symbol = "circle-open" if symbol.endswith("open") else "circle"
        return {"color": one.colour, "symbol": symbol, "size": size, "opacity": 0.8}
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    bar = {"title": one.name, "tickvals": ticks, "ticktext": [formats.percent(v, language, 0) for v in ticks]}
    shared = {"colorscale": scale(colours.sequential), "cmin": 0.0, "cmax": 1.0, "colorbar": {**bar, "thickness": 12}}
    return {"color": one.values, "size": size, "opacity": 0.9, **shared}


_SOLID = ("circle", "square", "diamond")  # what Plotly draws in three dimensions
