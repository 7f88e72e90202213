"""What a dataset is made of, as figures: samples by class, and how bright its pixels are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

_LONGEST = 18
_PATTERNS = ("", "/", ".")  # so that colour is not the only cue


def balance(
    counts: Mapping[str, Sequence[int]], classes: Sequence[str], colours: Palette, language: str, *, y_axis: str
) -> go.Figure:
    """``counts``: what a split is called -> samples of each class; stacked."""
    figure = go.Figure()
    names = [text(name, _LONGEST) for name in classes]
    for place, (split, values) in enumerate(counts.items()):
        # the pattern over the colour, in that of the ground: instead of it, little of the bar would be left
        pattern = {"shape": _PATTERNS[place % 3], "solidity": 0.25, "fillmode": "overlay", "fgcolor": colours.ground}
        look = {"color": colours.categorical[place], "pattern": pattern}
        hover = f"{text(split)} · %{{customdata}}<br>%{{y}}<extra></extra>"
        figure.add_bar(
            x=list(range(len(classes))), y=list(values), name=text(split), marker=look, customdata=names,
            hovertemplate=hover,
        )  # fmt: skip
    styled(figure, colours, language, height=320)
    figure.update_layout(barmode="stack", bargap=0.25, legend={"traceorder": "normal"})
    figure.update_xaxes(tickvals=list(range(len(classes))), ticktext=names, showgrid=False)
    figure.update_yaxes(title={"text": y_axis, "standoff": 8})
    return figure


def histogram(
    shares: Sequence[Sequence[float]],
    channels: Sequence[str],
    colours: Palette,
    language: str,
    *,
    x_axis: str,
    y_axis: str,
) -> go.Figure:
    """``shares``: for each channel the share of pixels in each of even bins from 0 to 1."""
    figure = go.Figure()
    dashes = ("solid", "dash", "dot")
    for place, (name, values) in enumerate(zip(channels, shares, strict=True)):
        middle = [(number + 0.5) / len(values) for number in range(len(values))]
        colour = colours.accent if len(channels) == 1 else colours.categorical[place]
        figure.add_scatter(
            x=middle, y=[100 * value for value in values], name=text(name), mode="lines",
            line={"color": colour, "dash": dashes[place % 3], "shape": "hvh", "width": 2},
        )  # fmt: skip
    styled(figure, colours, language, height=280, legend=len(channels) > 1)
    figure.update_xaxes(title={"text": x_axis, "standoff": 8}, range=[0, 1])
    figure.update_yaxes(title={"text": y_axis, "standoff": 8}, rangemode="tozero")
    return figure
