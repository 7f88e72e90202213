"""Gradient norms by layer, in the order of the network, on a logarithmic axis: fading and exploding are slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

_HEIGHT = 300
_LONGEST = 24
_SMALLEST = 1e-12  # of what is drawn: a logarithm has no zero


def gradients(
    names: Sequence[str], norms: Sequence[float | None], colours: Palette, language: str, *, x_axis: str, y_axis: str
) -> go.Figure:
    """A bar a layer; those without a finite gradient above zero have none. Axes have their titles in words."""
    places = list(range(len(names)))
    heights = [norm if _drawable(norm) else None for norm in norms]
    figure = go.Figure()
    figure.add_bar(
        x=places,
        y=heights,
        marker={"color": colours.accent},
        hovertext=[f"{text(name, 120)} · {_written(norm)}" for name, norm in zip(names, norms, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    styled(figure, colours, language, height=_HEIGHT, legend=False)
    figure.update_layout(bargap=0.35, dragmode=False)
    figure.update_xaxes(
        tickvals=places, ticktext=[text(name, _LONGEST) for name in names], showgrid=False, title={"text": x_axis}
    )
    drawn = [height for height in heights if height is not None]
    low, high = (math.floor(math.log10(min(drawn))), math.ceil(math.log10(max(drawn)))) if drawn else (-1, 0)
    figure.update_yaxes(
        type="log", range=[low - 0.3, max(high, low + 1)], exponentformat="power", dtick=1, title={"text": y_axis}
    )
    return figure


def _drawable(norm: float | None) -> bool:
    return norm is not None and math.isfinite(norm) and norm > _SMALLEST


def _written(norm: float | None) -> str:
    return "–" if norm is None else f"{norm:.2e}"
