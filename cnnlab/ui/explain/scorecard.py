"""One scorecard: a table of scores by maps and controls, the same as dots, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.explain.grading import words as score_words
from cnnlab.registry import registry
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.explain.grading.scorecard import Card, Mark
    from cnnlab.explain.report import Table

_CONTROLS = ("random", "edges")


@dataclass(frozen=True)
class Shown:
    """``cards``: by what their columns are called; all of one image and one class."""

    title: str
    cards: Mapping[str, Card]


def draw(shown: Shown) -> None:
    _table(shown)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _dots(shown)
    with right:
        for title, card in shown.cards.items():
            st.markdown(f"**{plain(title)}.** {score_words.verdict(card, language())}")
        st.caption(t("explain_page.beats_rule"))
        _reasons(shown)


def table(shown: Shown) -> Table:
    """For the report."""
    from cnnlab.explain.report import Table

    header = ("", *shown.cards, *_controls())
    return Table(
        f"{t('explain_page.scorecard')}: {shown.title}", header, tuple(_rows(shown)), t("explain_page.beats_rule")
    )


def _controls() -> list[str]:
    return [t(f"scores.control.{name}") for name in _CONTROLS]


def _rows(shown: Shown) -> list[tuple[str, ...]]:
    return score_words.card_rows(list(shown.cards.values()), language())


def _marks(shown: Shown) -> dict[str, dict[str, Mark]]:
    """By score, then by column: the scores that at least one map has."""
    found = {}
    for name in registry("score"):
        marks = {title: card.marks[name] for title, card in shown.cards.items() if name in card.marks}
        if any(mark.value is not None for mark in marks.values()):
            found[name] = marks
    return found


def _table(shown: Shown) -> None:
    header = [t("explain_page.score"), *shown.cards, *_controls()]
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
        width="content",
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

    controls = _controls()
    lines = []
    for name, marks in _marks(shown).items():
        first = next(iter(marks.values()))
        values = {title: mark.value for title, mark in marks.items()}
        values |= dict(zip(controls, (first.random, first.edges), strict=True))
        texts = {title: score_words.written_or_none(value, language()) for title, value in values.items()}
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
