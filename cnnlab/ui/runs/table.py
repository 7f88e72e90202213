"""Runs as a table: state, names, the two metrics that count, cost, and the curve in small."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.runs.scores import Score, held_out_score, validation_score
from cnnlab.runs.states import RunState
from cnnlab.ui import metrics
from cnnlab.ui.language import t
from cnnlab.ui.run.numbers import series
from cnnlab.ui.settings import shown

_COLOURS = {
    RunState.QUEUED: "gray",
    RunState.STARTING: "gray",
    RunState.RUNNING: "blue",
    RunState.FINISHED: "green",
    RunState.STOPPED: "orange",
    RunState.FAILED: "red",
    RunState.LOST: "violet",
}
_POINTS = 60  # of a small curve
_ROWS = 20  # in view at once; more are scrolled inside


def draw(runs: Sequence[Run], *, key: str, selected: Sequence[int]) -> list[Run]:
    """Gives the selected ones, in the order of the table. ``selected`` are the rows that a new table begins with."""
    words = {state.value: t(f"state.{state.value}") for state in RunState}
    event: Any = st.dataframe(
        {name: [value(run) for run in runs] for name, value in _CELLS.items()},
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(selected), "columns": [], "cells": []}},
        key=key,
        placeholder=formats.UNKNOWN,
        alt=t("runs_page.alt", count=len(runs)),
        column_config=_columns(words),
        height="content" if len(runs) <= _ROWS else 700,
    )
    return [runs[place] for place in event.selection.rows if place < len(runs)]


def _columns(words: dict[str, str]) -> dict[str, Any]:
    config = st.column_config
    options, colours = list(words), [_COLOURS[RunState(name)] for name in words]
    states = config.MultiselectColumn(
        t("runs_page.column.state"), options=options, color=colours, format_func=words.__getitem__, width=100
    )
    share = t("runs_page.percent")
    return {
        "name": config.TextColumn(t("runs_page.column.name"), width=165, pinned=True),
        "state": states,
        "validation": config.NumberColumn(t("runs_page.column.validation"), format="%.1f", help=share),
        "test": config.NumberColumn(t("runs_page.column.test"), format="%.1f", help=share),
        "curve": config.LineChartColumn(t("runs_page.column.curve"), width=90, help=t("runs_page.curve_help")),
        "dataset": config.TextColumn(t("runs_page.column.dataset")),
        "network": config.TextColumn(t("runs_page.column.network")),
        # numbers and times, not texts, so that a click on a heading sorts them as such
        "seconds": config.NumberColumn(
            t("runs_page.column.seconds"), format="compact", alignment="right", help=t("runs_page.seconds_help")
        ),
        "parameters": config.NumberColumn(t("runs_page.column.parameters"), format="localized"),
        "created": config.DatetimeColumn(t("runs_page.column.created"), format="YYYY-MM-DD HH:mm", width=140),
    }


def _score(score: Score) -> float | None:
    """Shares in per cent, other metrics as they are."""
    name, value = score
    return 100 * value if value is not None and metrics.parts(name)[1] in metrics.SHARES else value


def _curve(run: Run) -> list[float]:
    values = series(run, validation_score(run)[0]) or []
    step = max(1, len(values) // _POINTS)
    return values[::step]


def _time(run: Run) -> timedelta | None:
    return timedelta(seconds=round(run.train_seconds)) if run.train_seconds else None


_CELLS: dict[str, Any] = {
    "name": lambda run: run.name,
    "state": lambda run: [run.state.value],
    "validation": lambda run: _score(validation_score(run)),
    "test": lambda run: _score(held_out_score(run)),
    "curve": _curve,
    "dataset": lambda run: shown("data.dataset", run.dataset).replace("\\", ""),
    "network": lambda run: shown("model.architecture", run.architecture).replace("\\", ""),
    "seconds": _time,
    "parameters": lambda run: run.result.get("parameters"),
    "created": lambda run: datetime.fromtimestamp(run.created),  # shown as this machine's clock says
}
