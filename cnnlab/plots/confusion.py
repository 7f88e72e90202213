"""A confusion matrix as a heat map: rows are true classes, columns what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cnnlab.evaluation.confusion import Counts
from cnnlab.i18n import formats, translate
from cnnlab.plots.figures import inert, styled, text
from cnnlab.plots.palette import Palette, ink, scale, shade

_NUMBERED = 16  # classes up to which the number is written into each cell
_CELL = 26  # pixels a class
_LONGEST = 18  # characters of a class name on an axis
_SHARES = {"zmin": 0, "zmax": 1, "showscale": False, "xgap": 1, "ygap": 1}


@dataclass(frozen=True)
class Words:
    """The texts of the chart, in the reader's language."""

    true: str
    predicted: str


def words_in(language: str) -> Words:
    return Words(translate("run.confusion.true", language), translate("run.confusion.predicted", language))


def heatmap(
    counts: Counts,
    names: Sequence[str],
    words: Words,
    palette: Palette,
    *,
    as_rates: bool,
    language: str,
    of_truth: NDArray[np.int64] | None = None,
    zoomable: bool = False,
) -> go.Figure:
    """``counts`` [classes, classes]; ``as_rates`` shows each row as shares of its true class.

    ``of_truth`` [classes]: samples of each true class, where ``counts`` are only a part of its row.
    """
    whole = counts.sum(1) if of_truth is None else of_truth
    shares = counts / np.maximum(whole, 1)[:, None]
    shown = zip(counts.tolist(), shares.tolist(), strict=True)
    written = [[_written(n, s, as_rates, language) for n, s in zip(*row, strict=True)] for row in shown]
    places = list(range(len(names)))
    # the colour always follows the share: a class with few samples is not pale for being small
    cells = go.Heatmap(
        z=shares,
        x=places,
        y=places,
        colorscale=scale(palette.sequential),
        text=written,
        customdata=[[(inert(true), inert(predicted)) for predicted in names] for true in names],
        hovertemplate=_hover(words),
        **_SHARES,
    )
    figure = go.Figure(cells)
    if len(names) <= _NUMBERED:
        _numbers(figure, written, shares, palette)
    styled(figure, palette, language, height=110 + _CELL * max(len(names), 8), legend=False)
    _named_axes(figure, names, words, zoomable=zoomable)
    return figure


def _numbers(figure: go.Figure, written: list[list[str]], shares: NDArray[np.float64], palette: Palette) -> None:
    """A heat map's own text is grey on middle tones: each number gets the ink that stands out from its cell."""
    there = [(row, column) for row, line in enumerate(written) for column, said in enumerate(line) if said]
    figure.add_scatter(
        x=[column for _, column in there],
        y=[row for row, _ in there],
        text=[written[row][column] for row, column in there],
        mode="text",
        textfont={"color": [ink(shade(palette.sequential, float(shares[at]))) for at in there], "size": 12},
        hoverinfo="skip",
        showlegend=False,
    )


def _named_axes(figure: go.Figure, names: Sequence[str], words: Words, *, zoomable: bool) -> None:
    ticks = {
        "tickvals": list(range(len(names))),
        "ticktext": [text(name, _LONGEST) for name in names],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": not zoomable,
    }
    if not zoomable:
        figure.update_layout(dragmode=False)
    ends = [-0.5, len(names) - 0.5]  # numbers and markers would get room around them
    figure.update_xaxes(title={"text": words.predicted, "standoff": 12}, range=ends, **ticks)
    figure.update_yaxes(title={"text": words.true, "standoff": 12}, range=ends[::-1], autorange=False, **ticks)


def clickable(figure: go.Figure, names: Sequence[str], places: Sequence[int], chosen: str, palette: Palette) -> None:
    """Lays a square over each cell that has images: a heat map itself can't be selected from.

    ``places``: the class of each row and column. A square's ``customdata`` is "cell-TRUE-PREDICTED".
    """
    cells = figure.data[0]
    written = cells.text
    own, label = [], []
    for row, true in enumerate(places):
        for column, predicted in enumerate(places):
            if written[row][column]:
                own.append((column, row, f"cell-{true}-{predicted}"))
                label.append(f"{inert(names[row])} → {inert(names[column])}: {written[row][column]}")
    cells.update(hoverinfo="skip", hovertemplate=None)
    edge = {"color": palette.text, "width": [3 if key == chosen else 0 for _, _, key in own]}
    figure.add_scatter(
        x=[x for x, _, _ in own],
        y=[y for _, y, _ in own],
        customdata=[key for _, _, key in own],
        text=label,
        mode="markers",
        marker={"symbol": "square", "size": _CELL - 4, "color": "rgba(0,0,0,0)", "line": edge},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _hover(words: Words) -> str:
    return f"{words.true}: %{{customdata[0]}}<br>{words.predicted}: %{{customdata[1]}}<br>%{{text}}<extra></extra>"


def _written(count: int, share: float, as_rates: bool, language: str) -> str:
    if not count:
        return ""
    return formats.percent(share, language, 0) if as_rates else formats.whole(count, language)
