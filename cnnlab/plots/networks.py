"""The history of networks as a figure: when a family came and how large it is, or what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

HEIGHT = 380
_WIDTH = 640  # pixels that labels are laid out for: between a phone and a desk
_LETTER, _LINE = 6.6, 15.0  # pixels of a letter and of a line of labels
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star")


@dataclass(frozen=True)
class Mark:
    """A family: ``value`` of the network that it began with, ``low`` to ``high`` over all its members."""

    key: str
    label: str
    group: str  # in the reader's language
    year: int
    value: float
    low: float
    high: float
    hover: str
    chosen: bool


def timeline(marks: Sequence[Mark], colours: Palette, language: str, *, x_axis: str, y_axis: str) -> go.Figure:
    """One mark a family, a thin line over its members; what is chosen in the accent, groups by their symbol."""
    figure = go.Figure()
    _extents(figure, marks, colours)
    sides = label_sides(marks)
    groups = list(dict.fromkeys(mark.group for mark in marks))
    for place, group in enumerate(groups):
        own = [mark for mark in marks if mark.group == group]
        looks = [colours.accent if mark.chosen else colours.muted for mark in own]
        figure.add_scatter(
            x=[mark.year for mark in own],
            y=[mark.value for mark in own],
            name=text(group),
            mode="markers+text",
            text=[text(mark.label) if sides[mark.key] else "" for mark in own],
            textposition=[f"middle {sides[mark.key] or 'right'}" for mark in own],
            textfont={"color": looks, "size": 11},
            marker={"symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 10, "color": looks, "opacity": 1},
            customdata=[[mark.key] for mark in own],
            hovertext=[text(mark.hover, 120) for mark in own],
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=False,
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}, "textfont": {"color": colours.muted}},
        )
    styled(figure, colours, language, height=HEIGHT)
    figure.update_layout(dragmode=False, hovermode="closest", legend={"itemclick": False, "itemdoubleclick": False})
    figure.update_xaxes(title={"text": x_axis, "standoff": 8}, range=_years(marks), tickformat="d")
    figure.update_yaxes(
        title={"text": y_axis, "standoff": 8}, type="log", tickformat="~s", dtick=1, minor={"showgrid": False}
    )
    return figure


def label_sides(marks: Sequence[Mark]) -> dict[str, str]:
    """Where each label finds room: "right", "left", or "" for none. The chosen ones and the older ones go first."""
    placed = [(x - 6, y - 6, x + 6, y + 6) for mark in marks for x, y in [_pixel(mark, marks)]]
    sides: dict[str, str] = {}
    for mark in sorted(marks, key=lambda mark: (not mark.chosen, mark.year)):
        x, y = _pixel(mark, marks)
        length = _LETTER * len(mark.label)
        sides[mark.key] = ""
        for side, left in (("right", x + 8), ("left", x - 8 - length)):
            box = (left, y - _LINE / 2, left + length, y + _LINE / 2)
            if box[0] >= 0 and box[2] <= _WIDTH and not any(_overlap(box, other) for other in placed):
                placed.append(box)
                sides[mark.key] = side
                break
    return sides


def _extents(figure: go.Figure, marks: Sequence[Mark], colours: Palette) -> None:
    """The span of each family as one line; all of them in two traces."""
    for chosen in (False, True):
        own = [mark for mark in marks if mark.chosen is chosen and mark.high > mark.low]
        figure.add_scatter(
            x=[x for mark in own for x in (mark.year, mark.year, None)],
            y=[y for mark in own for y in (mark.low, mark.high, None)],
            mode="lines",
            line={"color": colours.accent if chosen else colours.muted, "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )


def _years(marks: Sequence[Mark]) -> tuple[float, float]:
    found = [mark.year for mark in marks] or [1980, 2025]
    return min(found) - 2.0, max(found) + 4.0  # room for the label of the last one


def _pixel(mark: Mark, marks: Sequence[Mark]) -> tuple[float, float]:
    first, last = _years(marks)
    low, high = (math.log10(edge) for edge in (min(m.low for m in marks), max(m.high for m in marks)))
    across = (mark.year - first) / (last - first)
    up = (math.log10(mark.value) - low) / ((high - low) or 1.0)
    return across * _WIDTH, (1 - up) * (HEIGHT - 80)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
