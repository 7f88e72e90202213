"""Reliability: how often a network is right, by how sure it is, beside the line where both are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.evaluation.calibration import Bin
from cnnlab.i18n import translate
from cnnlab.plots.figures import styled
from cnnlab.plots.palette import Palette

_HEIGHT = 320


@dataclass(frozen=True)
class Words:
    confidence: str
    accuracy: str
    perfect: str
    images: str


def words_in(language: str) -> Words:
    fields = ("confidence", "accuracy", "perfect", "images")
    return Words(*(translate(f"quality.axis.{field}", language) for field in fields))


def reliability(bins: Sequence[Bin], words: Words, colours: Palette, language: str) -> go.Figure:
    """A bar a bin, in per cent."""
    figure = go.Figure()
    figure.add_bar(
        x=[50 * (one.low + one.high) for one in bins],
        y=[100 * one.accuracy for one in bins],
        width=[100 * (one.high - one.low) for one in bins],
        marker={"color": colours.accent, "line": {"width": 1, "color": colours.ground}},
        customdata=[[one.images, 100 * one.confidence] for one in bins],
        hovertemplate=f"{words.confidence}: %{{customdata[1]:.1f}}<br>{words.accuracy}: %{{y:.1f}}"
        f"<br>{words.images}: %{{customdata[0]}}<extra></extra>",
        name=words.accuracy,
    )
    line = {"color": colours.text, "dash": "dash", "width": 1.5}
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=line, name=words.perfect, hoverinfo="skip")
    styled(figure, colours, language, height=_HEIGHT)
    figure.update_layout(dragmode=False, bargap=0)
    figure.update_xaxes(range=[0, 100], dtick=20, title={"text": words.confidence}, showgrid=False)
    figure.update_yaxes(range=[0, 100], title={"text": words.accuracy})
    return figure
