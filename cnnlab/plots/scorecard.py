"""A scorecard as dots: a line a score, a dot a map, the better the further to the right; controls beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas  # type: ignore[import-untyped]  # noqa: F401  # whole, before Plotly looks at it
import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette, cue

_LINE = 34  # pixels a score
_CONTROLS = ("x-thin", "line-ns")


@dataclass(frozen=True)
class Line:
    """``values``: by the names of the maps; ``None`` where there is none. ``higher``: whether more is better."""

    title: str
    higher: bool
    values: Mapping[str, float | None]
    written: Mapping[str, str]  # for the hover


def figure(
    lines: Sequence[Line], maps: Sequence[str], controls: Sequence[str], colours: Palette, language: str, better: str
) -> go.Figure:
    """``maps`` and ``controls``: their names. Each line runs from the worst to the best that is on it."""
    made = go.Figure()
    for place, name in enumerate([*maps, *controls]):
        shown = [(line, share) for line in lines if (share := placed(line, name)) is not None]
        made.add_trace(
            go.Scatter(
                x=[share for _, share in shown],
                y=[line.title for line, _ in shown],
                mode="markers",
                name=text(name),
                marker=_marker(place, len(maps), colours),
                customdata=[line.written[name] for line, _ in shown],
                hovertemplate=f"{text(name)} %{{customdata}}<extra></extra>",
            )
        )
    styled(made, colours, language, height=_LINE * len(lines) + 110)
    made.update_xaxes(range=[-0.06, 1.06], showticklabels=False, showgrid=False, title=better)
    made.update_yaxes(categoryorder="array", categoryarray=[line.title for line in reversed(lines)])
    return made


def placed(line: Line, name: str) -> float | None:
    """Where a map stands between the worst (0) and the best (1) of its line; 0.5 where all are the same."""
    known = [value for value in line.values.values() if value is not None]
    value = line.values.get(name)
    if value is None:
        return None
    low, high = min(known), max(known)
    share = (value - low) / (high - low) if high > low else 0.5
    return share if line.higher or high == low else 1.0 - share


def _marker(place: int, maps: int, colours: Palette) -> dict[str, object]:
    if place < maps:
        mark = cue(place, colours)
        return {"symbol": mark.symbol, "size": 12, "color": mark.colour}
    symbol = _CONTROLS[(place - maps) % len(_CONTROLS)]
    return {"symbol": symbol, "size": 12, "color": colours.muted, "line": {"width": 2, "color": colours.muted}}
