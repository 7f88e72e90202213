"""ROC and precision-recall curves: the class in question, the others thin behind it, and the point of a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cnnlab.evaluation.thresholds.curves import GRID, Curves, macro_roc, thinned
from cnnlab.i18n import translate
from cnnlab.plots.figures import styled, text
from cnnlab.plots.palette import Palette

_HEIGHT = 340


@dataclass(frozen=True)
class Words:
    false_alarms: str
    recall: str
    precision: str
    threshold: str
    chance: str
    others: str
    macro: str


def words_in(language: str) -> Words:
    fields = ("false_alarms", "recall", "precision", "threshold", "chance", "others", "macro")
    return Words(*(translate(f"thresholds_page.axis.{field}", language) for field in fields))


@dataclass(frozen=True)
class Point:
    """Where the threshold stands, as shares; ``precision`` is ``None`` where nothing is said."""

    threshold: float
    false_alarms: float
    recall: float
    precision: float | None


def roc(
    name: str,
    of_class: Curves,
    others: Sequence[Curves],
    point: Point,
    words: Words,
    colours: Palette,
    language: str,
) -> go.Figure:
    """``others``: of the other classes, and then the mean of all is drawn too."""
    figure = go.Figure()
    figure.add_scatter(x=[0, 100], y=[0, 100], name=words.chance, **_dashed(colours))
    _behind(figure, [(one.false_alarms, one.recall) for one in others], words, colours)
    if others:
        line = {"color": colours.text, "width": 2, "dash": "dot"}
        mean = macro_roc([of_class, *others])
        figure.add_scatter(x=100 * GRID, y=100 * mean, name=words.macro, line=line, mode="lines", hoverinfo="skip")
    _curve(figure, name, of_class, of_class.false_alarms, of_class.recall, words, colours)
    _mark(figure, point.false_alarms, point.recall, words, colours)
    return _framed(figure, words.false_alarms, words.recall, colours, language)


def precision_recall(
    name: str,
    of_class: Curves,
    others: Sequence[Curves],
    point: Point,
    words: Words,
    colours: Palette,
    language: str,
) -> go.Figure:
    """The dashed line is the precision of whoever guesses."""
    figure = go.Figure()
    guessed = 100 * of_class.prevalence
    figure.add_scatter(x=[0, 100], y=[guessed, guessed], name=words.chance, **_dashed(colours))
    _behind(figure, [(one.recall, one.precision) for one in others], words, colours)
    _curve(figure, name, of_class, of_class.recall, of_class.precision, words, colours)
    if point.precision is not None:
        _mark(figure, point.recall, point.precision, words, colours)
    return _framed(figure, words.recall, words.precision, colours, language)


def _dashed(colours: Palette) -> dict[str, Any]:
    return {"mode": "lines", "line": {"color": colours.muted, "dash": "dash", "width": 1.5}, "hoverinfo": "skip"}


def _behind(
    figure: go.Figure,
    lines: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    words: Words,
    colours: Palette,
) -> None:
    """All in one trace with gaps, so that they are one line of the legend."""
    across: list[float | None] = []
    up: list[float | None] = []
    for x, y in lines:
        places = thinned(len(x), 150)
        across += [*(100 * x[places]).tolist(), None]
        up += [*(100 * y[places]).tolist(), None]
    if lines:
        line = {"color": colours.muted, "width": 0.8}
        figure.add_scatter(x=across, y=up, mode="lines", line=line, name=words.others, opacity=0.6, hoverinfo="skip")


def _curve(
    figure: go.Figure,
    name: str,
    of_class: Curves,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    words: Words,
    colours: Palette,
) -> None:
    places = thinned(len(x))
    figure.add_scatter(
        x=100 * x[places],
        y=100 * y[places],
        mode="lines",
        name=text(name),
        line={"color": colours.accent, "width": 2.5},
        customdata=np.where(np.isinf(of_class.thresholds), 1.0, of_class.thresholds)[places],
        hovertemplate=f"%{{x:.1f}}, %{{y:.1f}}<br>{words.threshold}: %{{customdata:.3f}}<extra></extra>",
    )


def _mark(figure: go.Figure, x: float, y: float, words: Words, colours: Palette) -> None:
    marker = {"color": colours.categorical[1], "size": 12, "line": {"color": colours.ground, "width": 2}}
    hover = "%{x:.1f}, %{y:.1f}<extra></extra>"
    figure.add_scatter(
        x=[100 * x], y=[100 * y], mode="markers", marker=marker, name=words.threshold, hovertemplate=hover
    )


def _framed(figure: go.Figure, across: str, up: str, colours: Palette, language: str) -> go.Figure:
    styled(figure, colours, language, height=_HEIGHT)
    figure.update_layout(dragmode=False)
    figure.update_xaxes(range=[-1, 101], dtick=20, title={"text": across})
    figure.update_yaxes(range=[-1, 102], dtick=20, title={"text": up})
    return figure
