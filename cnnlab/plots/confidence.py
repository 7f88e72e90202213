"""How sure a network is of what it gets right and of what it gets wrong, a bar a range of probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.i18n import translate
from cnnlab.plots.figures import styled
from cnnlab.plots.palette import Palette

_HEIGHT = 300
_WRONG = 1  # of the categorical colours: orange, as far from the accent as may be for any eye


@dataclass(frozen=True)
class Words:
    confidence: str
    images: str
    right: str
    wrong: str


def words_in(language: str) -> Words:
    fields = ("confidence", "images", "right", "wrong")
    return Words(*(translate(f"quality_page.axis.{field}", language) for field in fields))


def confidence(
    right: Sequence[int], wrong: Sequence[int], words: Words, colours: Palette, language: str, *, chosen: str = ""
) -> go.Figure:
    """Bars of equal width from 0 to 100 %, wrong on top of right; ``chosen``: "right-17", drawn with an edge.

    Each bar's ``customdata`` is its word.
    """
    figure = go.Figure()
    width = 100 / len(right)
    for kind, name, counts, colour in (
        ("right", words.right, right, colours.accent),
        ("wrong", words.wrong, wrong, colours.categorical[_WRONG]),
    ):
        keys = [f"{kind}-{bar}" for bar in range(len(counts))]
        figure.add_bar(
            x=[width * (bar + 0.5) for bar in range(len(counts))],
            y=list(counts),
            width=width,
            name=name,
            customdata=keys,
            marker={
                "color": colour,
                "pattern": {"shape": "/" if kind == "wrong" else "", "size": 5, "solidity": 0.25},
                "line": {
                    "color": [colours.text if key == chosen else colours.ground for key in keys],
                    "width": [3 if key == chosen else 1 for key in keys],
                },
            },
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate=f"{name}: %{{y}}<extra></extra>",
        )
    styled(figure, colours, language, height=_HEIGHT)
    figure.update_layout(barmode="stack", bargap=0, dragmode=False)
    figure.update_xaxes(range=[0, 100], dtick=20, title={"text": words.confidence}, showgrid=False, fixedrange=True)
    figure.update_yaxes(title={"text": words.images}, fixedrange=True)
    return figure
