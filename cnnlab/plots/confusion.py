"""A confusion matrix as a heat map: rows are true classes, columns what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.evaluation.confusion import Counts, rates
from cnnlab.i18n import formats
from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette, scale

_NUMBERED = 16  # classes up to which the number is written into each cell
_CELL = 26  # pixels a class
_LONGEST = 18  # characters of a class name on an axis


@dataclass(frozen=True)
class Words:
    """The texts of the chart, in the reader's language."""

    true: str
    predicted: str


def heatmap(
    counts: Counts, names: Sequence[str], words: Words, palette: Palette, *, as_rates: bool, language: str
) -> go.Figure:
    """``counts`` [classes, classes]; ``as_rates`` shows each row as shares of its true class."""
    shares = np.nan_to_num(rates(counts))
    shown = zip(counts.tolist(), shares.tolist(), strict=True)
    written = [[_written(n, s, as_rates, language) for n, s in zip(*row, strict=True)] for row in shown]
    places = list(range(len(names)))
    # the colour always follows the share: a class with few samples is not pale for being small
    cells = go.Heatmap(
        z=shares,
        x=places,
        y=places,
        zmin=0,
        zmax=1,
        colorscale=scale(palette.sequential),
        showscale=False,
        xgap=1,
        ygap=1,
        text=written,
        texttemplate="%{text}" if len(names) <= _NUMBERED else None,
        customdata=[[(escape(true), escape(predicted)) for predicted in names] for true in names],
        hovertemplate=_hover(words),
    )
    figure = go.Figure(cells)
    named = [text(name, _LONGEST) for name in names]
    ticks = {
        "tickvals": places,
        "ticktext": named,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
    styled(figure, palette, language, height=110 + _CELL * max(len(names), 8), legend=False)
    figure.update_xaxes(title={"text": words.predicted, "standoff": 12}, **ticks)
    figure.update_yaxes(title={"text": words.true, "standoff": 12}, autorange="reversed", **ticks)
    return figure


def _hover(words: Words) -> str:
    return f"{words.true}: %{{customdata[0]}}<br>{words.predicted}: %{{customdata[1]}}<br>%{{text}}<extra></extra>"


def _written(count: int, share: float, as_rates: bool, language: str) -> str:
    if not count:
        return ""
    return formats.percent(share, language, 0) if as_rates else formats.whole(count, language)
