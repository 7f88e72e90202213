"""Where the parameters, the arithmetic or the memory of a network sit."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

_ROW, _FRAME = 26, 64  # pixels of a bar and of what stands around them
_LONGEST = 28


def bars(
    names: Sequence[str],
    values: Sequence[float],
    labels: Sequence[str],
    colours: Palette,
    language: str,
    *,
    x_axis: str,
) -> go.Figure:
    """One bar a stage, the first on top, the largest in the accent; ``labels`` stand at the ends of the bars."""
    most = max(values, default=0)
    looks = [colours.accent if value == most and most > 0 else colours.muted for value in values]
    places = list(range(len(names)))
    figure = go.Figure()
    figure.add_bar(
        x=list(values),
        y=places,
        orientation="h",
        marker={"color": looks},
        text=[text(label) for label in labels],
        textposition="outside",
        cliponaxis=False,
        hovertext=[f"{text(name, 120)} · {text(label)}" for name, label in zip(names, labels, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    styled(figure, colours, language, height=_FRAME + _ROW * max(1, len(names)), legend=False)
    figure.update_layout(bargap=0.3, dragmode=False)
    figure.update_yaxes(
        tickvals=places, ticktext=[text(name, _LONGEST) for name in names], autorange="reversed", showgrid=False
    )
    figure.update_xaxes(title={"text": x_axis, "standoff": 8}, range=[0, 1.25 * (most or 1)], tickformat="~s")
    return figure
