"""Explanations as one Plotly figure: images as rows, methods as columns, zoomed together, values on hover.

The pictures are ours, pixel by pixel, so that the colours are those of the cards; a heat map that can't be seen lies
over each and tells its values.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas  # type: ignore[import-untyped]  # noqa: F401  # whole, before Plotly looks at it
import plotly.graph_objects as go  # type: ignore[import-untyped]
from numpy.typing import NDArray
from plotly.subplots import make_subplots  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.inside import png
from cnnlab.plots.palette import Palette

_SIDE, _HEAD = 250, 32  # pixels of a square, and of the words above it


@dataclass(frozen=True)
class Square:
    """``picture``: [H, W, 3], ``None`` for an empty place. ``values``: [H, W] in the map's units, for the hover."""

    title: str
    picture: NDArray[np.uint8] | None
    values: NDArray[np.float32] | None = None


def figure(rows: Sequence[Sequence[Square]], colours: Palette, language: str, value: str) -> go.Figure:
    """``rows`` all of one length. ``value``: the word for what the hover tells."""
    titles = [text(square.title, 48) for row in rows for square in row]
    made = make_subplots(
        rows=len(rows),
        cols=len(rows[0]),
        subplot_titles=titles,
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.012,
        vertical_spacing=_HEAD / (len(rows) * (_SIDE + _HEAD)),
    )
    for i, row in enumerate(rows):
        for j, square in enumerate(row):
            if square.picture is not None:
                content = base64.b64encode(png(square.picture)).decode()
                source = f"data:image/png;base64,{content}"
                made.add_trace(go.Image(source=source, hoverinfo="skip"), row=i + 1, col=j + 1)
            if square.values is not None:
                made.add_trace(_values(square.values, value), row=i + 1, col=j + 1)
    styled(made, colours, language, height=len(rows) * (_SIDE + _HEAD) + 16, legend=False)
    made.update_xaxes(visible=False, constrain="domain", automargin=False)
    made.update_yaxes(visible=False, constrain="domain", automargin=False, scaleanchor="x")
    made.update_annotations(font={"size": 13, "color": colours.text})
    made.update_layout(margin={"l": 0, "r": 0, "t": _HEAD, "b": 0}, dragmode="zoom")
    return made


def _values(values: NDArray[np.float32], word: str) -> go.Heatmap:
    clear = [[0.0, "rgba(0,0,0,0)"], [1.0, "rgba(0,0,0,0)"]]
    template = f"{word} %{{z:.3g}}<br>%{{x}}, %{{y}}<extra></extra>"
    return go.Heatmap(z=values, colorscale=clear, showscale=False, hovertemplate=template)
