"""The table of a scored batch, one of its scores as dots with intervals, and what takes it along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.explain.grading import table as score_table
from cnnlab.explain.grading import words as score_words
from cnnlab.i18n import formats
from cnnlab.registry import registry
from cnnlab.ui import download
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.explain.grading.scoring import Line, Scored


def draw(scored: Scored, run_id: str, class_names: Sequence[str]) -> None:
    scores = score_table.scores_with_values(scored.lines)
    titles = {name: registry("score")[name].text("title", language()) for name in scores}
    score = st.selectbox(
        t("explain_batch.sort"), scores, format_func=titles.__getitem__, key="explain_batch_sort", width=260
    )
    lines = score_table.ordered(scored.lines, score)
    _table(lines, scores)
    _dots(lines, score)
    entry = registry("score")[score]
    st.markdown(f"**{titles[score]}.** {entry.text('summary', language())} {entry.text('limits', language())}")
    st.caption(t("scores.batch_rule", images=formats.whole(len(scored.indices), language())))
    _missing(scored.lines)
    table = score_table.csv_text(lines)
    download.button(t("explain_batch.csv"), table, f"scores-{run_id[:8]}.csv", key="explain_batch_csv")
    st.caption(t("explain_batch.again"))
    st.code(score_table.command_of(scored.plan, run_id, class_names, score), language="bash", wrap_lines=True)


def _table(lines: Sequence[Line], scores: Sequence[str]) -> None:
    """Means as numbers, so that a click on a header sorts them."""
    config = st.column_config
    method = t("explain_batch.method")
    columns: dict[str, list[Any]] = {"method": [score_words.line_title(line, language()) for line in lines]}
    shown: dict[str, Any] = {"method": config.TextColumn(method, pinned=True)}
    for control in score_table.CONTROLS:
        columns[control] = [score_words.won(line, control) for line in lines]
        shown[control] = config.TextColumn(t(f"explain_batch.beats.{control}"), help=t("explain_batch.beats_help"))
    for name in scores:
        columns[name] = [line.estimates[name].mean for line in lines]
        help_text = registry("score")[name].text("summary", language())
        shown[name] = config.NumberColumn(score_words.heading(name, language()), help=help_text)
    st.dataframe(
        _as_written(columns, scores),
        hide_index=True,
        column_config=shown,
        placeholder=formats.UNKNOWN,
        height="content",
        key="explain_batch_table",
        alt=t("explain_batch.table_alt"),
    )


def _as_written(columns: dict[str, list[Any]], scores: Sequence[str]) -> Any:
    """Numbers that sort as numbers and are written as the reader writes them, which column formats are not."""
    from pandas import DataFrame  # type: ignore[import-untyped]

    frame = DataFrame(columns).astype(dict.fromkeys(scores, float))
    return frame.style.format(lambda value: score_words.written(value, language()), subset=list(scores), na_rep="–")


def _dots(lines: Sequence[Line], score: str) -> None:
    from cnnlab.plots.palette import palette
    from cnnlab.plots.score_intervals import Dot, figure

    dots = []
    for line in lines:
        found = line.estimates[score]
        if found.mean is not None:
            title, written = score_words.line_title(line, language()), score_words.interval(found, language())
            dots.append(Dot(title, found.mean, found.low, found.high, written, line.is_control))
    better = t(f"explain_batch.better.{registry('score')[score].facts['better']}")
    title = registry("score")[score].text("title", language())
    st.plotly_chart(
        figure(dots, f"{title}<br>{better}", palette(st.context.theme.type), language()),
        key="explain_batch_dots",
        config={"displayModeBar": False},
        alt=t("explain_batch.dots_alt", score=f"{title}, {better}"),
    )


def _missing(lines: Sequence[Line]) -> None:
    """Which scores are missing, and why: once for each reason."""
    reasons: dict[str, list[str]] = {}
    for line in lines:
        for name, reason in line.missing.items():
            title = registry("score")[name].text("title", language())
            if title not in reasons.setdefault(reason, []):
                reasons[reason].append(title)
    for reason, titles in reasons.items():
        st.caption(t(f"explain_batch.missing.{reason}", scores=", ".join(titles)))
