"""One scorecard: a table of scores by maps and controls, the same as dots, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.registry import registry
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.grading.scorecard import Card, Mark
    from cnnlab.explain.report import Table

_ARROWS = {"higher": "↑", "lower": "↓"}
_CONTROLS = ("random", "edges")


@dataclass(frozen=True)
class Shown:
    """``cards``: by what their columns are called; all of one image and one class."""

    title: str
    cards: Mapping[str, Card]


def draw(shown: Shown) -> None:
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _table(shown)
        _reasons(shown)
    with right:
        _dots(shown)
    for title, card in shown.cards.items():
        random, edges = card.beats("random"), card.beats("edges")
        params = {"random": random.won, "of": random.of, "edges": edges.won, "of_edges": edges.of}
        st.markdown(t("explain_page.beats_words", method=plain(title), **params))
    st.caption(t("explain_page.beats_rule"))


def table(shown: Shown) -> Table:
    """For the report."""
    from cnnlab.explain.report import Table

    header = ("", *shown.cards, *(t(f"explain_page.control.{name}") for name in _CONTROLS))
    rows = tuple(tuple(row) for row in _rows(shown))
    return Table(f"{t('explain_page.scorecard')}: {shown.title}", header, rows, t("explain_page.beats_rule"))


def written(value: float | None) -> str:
    """Three digits that say something, whatever the size of a score."""
    if value is None:
        return formats.UNKNOWN
    if value == 0 or 0.001 <= abs(value) < 1000:
        return formats.number(value, 3, language())
    return f"{value:.1e}"


def _rows(shown: Shown) -> list[list[str]]:
    rows = []
    for name, marks in _marks(shown).items():
        first = next(iter(marks.values()))
        cells = [mark.value for mark in marks.values()] + [first.random, first.edges]
        rows.append([_title(name), *(written(value) for value in cells)])
    return rows


def _marks(shown: Shown) -> dict[str, dict[str, Mark]]:
    """By score, then by column: the scores that at least one map has."""
    found = {}
    for name in registry("score"):
        marks = {title: card.marks[name] for title, card in shown.cards.items() if name in card.marks}
        if any(mark.value is not None for mark in marks.values()):
            found[name] = marks
    return found


def _title(name: str) -> str:
    entry = registry("score")[name]
    return f"{entry.text('title', language())} {_ARROWS[entry.facts['better']]}"


def _table(shown: Shown) -> None:
    header = [t("explain_page.score"), *shown.cards, *(t(f"explain_page.control.{name}") for name in _CONTROLS)]
    rows = _rows(shown)
    config = st.column_config
    names = [str(place) for place in range(len(header))]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    first = {names[0]: config.TextColumn(header[0], pinned=True)}
    others = {name: config.TextColumn(title) for name, title in zip(names[1:], header[1:], strict=True)}
    st.dataframe(
        columns,
        hide_index=True,
        column_config={**first, **others},
        key="explain_scores",
        alt=t("explain_page.scorecard_alt", title=shown.title),
        height="content",
    )


def _reasons(shown: Shown) -> None:
    """Which scores are missing, and why."""
    reasons: dict[str, list[str]] = {}
    for name in registry("score"):
        for card in shown.cards.values():
            missing = card.marks[name].missing if name in card.marks else None
            title = registry("score")[name].text("title", language())
            if missing and title not in reasons.setdefault(missing, []):
                reasons[missing].append(title)
    for reason, titles in reasons.items():
        st.caption(t(f"explain_page.missing.{reason}", scores=", ".join(titles)))


def _dots(shown: Shown) -> None:
    from cnnlab.plots.palette import palette
    from cnnlab.plots.scorecard import Line, figure

    controls = [t(f"explain_page.control.{name}") for name in _CONTROLS]
    lines = []
    for name, marks in _marks(shown).items():
        first = next(iter(marks.values()))
        values = {title: mark.value for title, mark in marks.items()}
        values |= dict(zip(controls, (first.random, first.edges), strict=True))
        texts = {title: written(value) for title, value in values.items()}
        higher = registry("score")[name].facts["better"] == "higher"
        lines.append(Line(registry("score")[name].text("title", language()), higher, values, texts))
    if lines:
        st.plotly_chart(
            figure(
                lines,
                list(shown.cards),
                controls,
                palette(st.context.theme.type),
                language(),
                t("explain_page.better"),
            ),
            key="explain_dots",
            config={"displayModeBar": False},
            alt=t("explain_page.dots_alt", title=shown.title),
        )
        st.caption(t("explain_page.dots"))
