"""Accuracy by strength of corruption, and what becomes of images that are moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cnnlab.i18n import translate
from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette, cue, scale

_HEIGHT = 360
_CELL = 24  # pixels of a move
Values = Sequence[float]

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.measured import Robustness


@dataclass(frozen=True)
class Line:
    """``values``, ``low``, ``high``: shares at no corruption and at each strength; empty bounds: none are drawn."""

    name: str
    values: Values
    low: Values = ()
    high: Values = ()


@dataclass(frozen=True)
class Words:
    """The texts of a chart, in the reader's language."""

    x_axis: str
    y_axis: str


def curve_words(language: str) -> Words:
    return Words(translate("robustness_page.strength", language), translate("robustness_page.accuracy", language))


def move_words(language: str) -> Words:
    right, down = (translate(f"robustness_page.shift.{side}", language) for side in ("right", "down"))
    return Words(right, down)


def of_one_run(found: Robustness, language: str) -> list[Line]:
    """A line a corruption, the most harmful first."""
    from cnnlab.evaluation.robustness.words import title  # torch

    return [
        Line(
            title(name, language),
            [found.clean_accuracy.value, *found.right[found.corruptions.index(name)].mean(1).tolist()],
        )
        for name in found.means()
    ]


def curves(lines: Sequence[Line], words: Words, colours: Palette, language: str) -> go.Figure:
    """In per cent, 0 to 100; each line in a colour, dash and symbol of its own."""
    figure = go.Figure()
    for place, line in enumerate(lines):
        look = cue(place, colours)
        bars = None
        if line.low:
            above = [100 * (high - value) for high, value in zip(line.high, line.values, strict=True)]
            below = [100 * (value - low) for low, value in zip(line.low, line.values, strict=True)]
            bars = {"array": above, "arrayminus": below, "thickness": 1.2, "width": 4}
        figure.add_scatter(
            x=list(range(len(line.values))),
            y=[100 * value for value in line.values],
            error_y=bars,
            mode="lines+markers",
            name=text(line.name),
            line={"color": look.colour, "dash": look.dash, "width": 2},
            marker={"symbol": look.symbol, "size": 8},
            hovertemplate=f"{text(line.name)}: %{{y:.1f}}<extra></extra>",
        )
    styled(figure, colours, language, height=_HEIGHT)
    figure.update_layout(dragmode=False)
    figure.update_xaxes(title={"text": words.x_axis}, dtick=1, showgrid=False, range=[-0.2, 5.2])
    figure.update_yaxes(title={"text": words.y_axis}, range=[0, 102])
    return figure


def moves(
    shares: NDArray[np.float64], chosen: tuple[int, int], words: Words, colours: Palette, language: str
) -> go.Figure:
    """``shares`` [2R + 1, 2R + 1] by pixels down and to the right from -R on; ``chosen``: the move that is marked."""
    reach = len(shares) // 2
    steps = list(range(-reach, reach + 1))
    cells = go.Heatmap(
        z=100 * shares,
        x=steps,
        y=steps,
        zmin=0,
        zmax=100,
        colorscale=scale(colours.sequential),
        colorbar={"thickness": 12, "outlinewidth": 0, "ticksuffix": " %"},
        xgap=1,
        ygap=1,
        hovertemplate="%{x}, %{y}: %{z:.1f} %<extra></extra>",
    )
    figure = go.Figure(cells)
    _points(figure, shares, steps, colours)
    figure.add_scatter(
        x=[chosen[1]],
        y=[chosen[0]],
        mode="markers",
        marker={"size": 13, "symbol": "circle-open", "color": colours.categorical[1], "line": {"width": 3}},
        hoverinfo="skip",
        showlegend=False,
    )
    styled(figure, colours, language, height=max(260, 90 + _CELL * len(steps)), legend=False)
    figure.update_layout(dragmode=False, clickmode="event+select")
    edge = reach + 0.5
    axis = {"dtick": max(1, reach // 4), "showgrid": False, "constrain": "domain"}
    figure.update_xaxes(title={"text": words.x_axis}, range=[-edge, edge], **axis)
    figure.update_yaxes(title={"text": words.y_axis}, range=[edge, -edge], scaleanchor="x", **axis)
    return figure


def _points(figure: go.Figure, shares: NDArray[np.float64], steps: Sequence[int], colours: Palette) -> None:
    """A heat map can't be clicked in Streamlit: a point that is all but invisible lies on each cell."""
    grid = [(x, y) for y in steps for x in steps]
    figure.add_scatter(
        x=[x for x, _ in grid],
        y=[y for _, y in grid],
        mode="markers",
        marker={"size": _CELL * 0.7, "opacity": 0.01, "color": colours.text, "symbol": "square"},
        customdata=[[100 * float(shares[y - steps[0], x - steps[0]])] for x, y in grid],
        hovertemplate="%{x}, %{y}: %{customdata[0]:.1f} %<extra></extra>",
        showlegend=False,
    )
