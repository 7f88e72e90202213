"""One score of several methods: a line a method, its mean as a dot with its interval, the controls as lines across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas  # type: ignore[import-untyped]  # noqa: F401  # whole, before Plotly looks at it
import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

_LINE = 30  # pixels a method
_DASHES = ("dot", "dash")


@dataclass(frozen=True)
class Dot:
    """``low`` and ``high``: ``None`` where there is no interval. ``written``: for the hover."""

    title: str
    mean: float
    low: float | None
    high: float | None
    written: str
    is_control: bool = False


def figure(dots: Sequence[Dot], axis: str, colours: Palette, language: str) -> go.Figure:
    """In the order of ``dots``, the first on top; ``axis``: what is measured, and where it is better."""
    made = go.Figure()
    for controls in (False, True):
        shown = [dot for dot in dots if dot.is_control == controls]
        colour = colours.muted if controls else colours.accent
        made.add_trace(
            go.Scatter(
                x=[dot.mean for dot in shown],
                y=[text(dot.title) for dot in shown],
                mode="markers",
                marker={"symbol": "diamond-open" if controls else "circle", "size": 10, "color": colour},
                error_x={"type": "data", "symmetric": False, **_whiskers(shown), "color": colour, "thickness": 2},
                customdata=[dot.written for dot in shown],
                hovertemplate="%{y}: %{customdata}<extra></extra>",
            )
        )
    controls_shown = [dot for dot in dots if dot.is_control]
    for dot, dash in zip(controls_shown, _DASHES, strict=False):
        made.add_vline(dot.mean, line={"color": colours.muted, "width": 1, "dash": dash})
    styled(made, colours, language, height=_LINE * len(dots) + 90, legend=False)
    made.update_xaxes(title=axis)
    made.update_yaxes(categoryorder="array", categoryarray=[text(dot.title) for dot in reversed(dots)])
    return made


def _whiskers(dots: Sequence[Dot]) -> dict[str, list[float]]:
    """How far the interval reaches to the right and to the left of each mean."""
    return {
        "array": [0.0 if dot.high is None else dot.high - dot.mean for dot in dots],
        "arrayminus": [0.0 if dot.low is None else dot.mean - dot.low for dot in dots],
    }
