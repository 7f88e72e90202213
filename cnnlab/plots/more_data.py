"""Accuracy against the size of the training split, with a power law where one fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.evaluation.more_data import Point, PowerLaw
from cnnlab.i18n import formats, translate
from cnnlab.plots.figures import styled
from cnnlab.plots.palette import Palette

_HEIGHT = 320


@dataclass(frozen=True)
class Words:
    """The texts of the chart, in the reader's language."""

    x_axis: str
    y_axis: str
    law: str


def words_in(language: str) -> Words:
    return Words(*(translate(f"more_data_page.{field}", language) for field in ("axis", "accuracy", "law")))


def by_size(found: Sequence[Point], law: PowerLaw | None, words: Words, colours: Palette, language: str) -> go.Figure:
    """In per cent; the law is drawn to twice the largest size, dashed, since it only promises that."""
    sizes = [one.samples for one in found]
    figure = go.Figure()
    if law is not None:
        reach = np.geomspace(min(sizes), 2 * max(sizes), 60)
        line = {"color": colours.muted, "dash": "dash", "width": 1.5}
        values = [100 * law.accuracy(float(size)) for size in reach]
        figure.add_scatter(x=reach, y=values, mode="lines", line=line, name=words.law, hoverinfo="skip")
    figure.add_scatter(
        x=sizes,
        y=[100 * one.accuracy.value for one in found],
        error_y={
            "array": [100 * (one.accuracy.high - one.accuracy.value) for one in found],
            "arrayminus": [100 * (one.accuracy.value - one.accuracy.low) for one in found],
            "thickness": 1.4,
            "width": 5,
        },
        mode="lines+markers",
        line={"color": colours.accent, "width": 2},
        marker={"size": 9},
        name=words.y_axis,
        hovertemplate="%{x}: %{y:.1f} %<extra></extra>",
    )
    styled(figure, colours, language, height=_HEIGHT, legend=law is not None)
    figure.update_layout(dragmode=False)
    written = [formats.whole(size, language) for size in sizes]
    figure.update_xaxes(title={"text": words.x_axis}, type="log", tickvals=sizes, ticktext=written, showgrid=False)
    figure.update_yaxes(title={"text": f"{words.y_axis} (%)"})
    return figure
