"""How alike maps stay while a network forgets: one line a method, by depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette, cue

HEIGHT = 380
_CONTROL_DASHES = ("dash", "dot")


@dataclass(frozen=True)
class Line:
    """``values`` by depth, the first is that of the network itself: 1. Controls stand behind, grey."""

    name: str
    values: Sequence[float]
    control: bool = False


@dataclass(frozen=True)
class Words:
    x_axis: str
    y_axis: str
    limit: str
    own: str  # under the first depth


def cascade(
    lines: Sequence[Line], layers: Sequence[str], limit: float | None, words: Words, colours: Palette, language: str
) -> go.Figure:
    """``layers``: the lowest that has forgotten, by depth."""
    figure = go.Figure()
    methods = [line for line in lines if not line.control]
    for place, line in enumerate(methods):
        look = cue(place, colours)
        _draw(figure, line, {"color": look.colour, "width": 2.25, "dash": look.dash}, look.symbol)
    for place, line in enumerate(line for line in lines if line.control):
        _draw(figure, line, {"color": colours.muted, "width": 1.5, "dash": _CONTROL_DASHES[place % 2]}, "circle-open")
    styled(figure, colours, language, height=HEIGHT)
    if limit is not None:
        figure.add_hline(
            y=limit,
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation={"text": words.limit, "font": {"color": colours.text, "size": 11}},
            annotation_position="top right",
        )
    ticks = [words.own, *(text(name.rpartition(".")[2] if len(name) > 14 else name, 14) for name in layers)]
    figure.update_layout(dragmode=False, hovermode="x unified")
    figure.update_xaxes(title={"text": words.x_axis, "standoff": 8}, tickvals=list(range(len(ticks))), ticktext=ticks)
    figure.update_yaxes(title={"text": words.y_axis, "standoff": 8}, tickformat=".1f", range=[_lowest(lines), 1.05])
    return figure


def _draw(figure: go.Figure, line: Line, stroke: dict[str, object], symbol: str) -> None:
    figure.add_scatter(
        x=list(range(len(line.values))),
        y=list(line.values),
        name=text(line.name),
        mode="lines+markers",
        line=stroke,
        marker={"symbol": symbol, "size": 8, "color": stroke["color"]},
        hovertemplate="%{y:.2f}",
    )


def _lowest(lines: Sequence[Line]) -> float:
    """The axis begins at 0, or below the lowest value where signs turned round."""
    least = min((value for line in lines for value in line.values), default=0.0)
    return -0.08 if least > -0.05 else least - 0.08
