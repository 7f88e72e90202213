"""What every Plotly figure of ours has in common: ground, font, grid, numbers as the reader writes them."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas  # type: ignore[import-untyped]  # noqa: F401  # whole, before Plotly looks at one that another thread is importing
import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.palette import Palette

FONT = "IBM Plex Sans, sans-serif"
_SEPARATORS = {"en": ".\N{NARROW NO-BREAK SPACE}", "es": ",\N{NARROW NO-BREAK SPACE}"}


def styled(figure: go.Figure, colours: Palette, language: str, *, height: int, legend: bool = True) -> go.Figure:
    """``figure`` itself, transparent, without animation, its legend above it."""
    axis: dict[str, Any] = {"gridcolor": colours.grid, "zeroline": False, "automargin": True, "linecolor": colours.grid}
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 8, "b": 8},  # a tick at the right end has half its label beyond it
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": colours.text, "size": 12, "family": FONT},
        separators=_SEPARATORS[language],
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"bgcolor": colours.ground, "bordercolor": colours.grid, "font": {"color": colours.text}},
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def text(typed: str, longest: int = 40) -> str:
    """Text of users: Plotly reads a little HTML in names and labels."""
    return inert(typed if len(typed) <= longest else f"{typed[: longest - 1]}…")


def inert(typed: str) -> str:
    """The whole of it. Quotes stay: Plotly would show their codes."""
    return escape(typed, quote=False)
