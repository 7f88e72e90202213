"""The four numbers of a run that people look at first."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots.curves import points
from cnnlab.runs.run import Run
from cnnlab.runs.scores import headline
from cnnlab.ui import metrics
from cnnlab.ui.language import language, t


def draw(run: Run) -> None:
    """The metric that says most, the validation loss, early stopping, and speed."""
    first = headline(run.last)
    with st.grid(4, min_column_width=170, border=True):
        _metric(run, first or "val_accuracy")
        _metric(run, "val_loss")
        _early_stopping(run)
        _speed(run)


def series(run: Run, key: str) -> list[float] | None:
    """Finite values by epoch for a small curve; ``None`` while they would be no curve."""
    values = [value for _, value in points(run.epochs, key) if value is not None]
    return values if len(values) > 1 else None


def waits(run: Run) -> list[float]:
    """For each epoch, how many have passed since the best one before it."""
    counts: list[float] = []
    for record in run.epochs:
        counts.append(0.0 if record.get("best") or not counts else counts[-1] + 1)
    return counts


def _metric(run: Run, name: str) -> None:
    best, last = run.best_record, run.last
    record = (best or last) if run.state.is_final else last
    note = _before_first_epoch(run)
    if best is not None:
        key = "run.metric.kept" if run.state.is_final else "run.metric.best"
        note = t(key, value=metrics.formatted(name, best.get(name)), epoch=best["epoch"])
    st.metric(
        metrics.label(name),
        metrics.formatted(name, record.get(name)),
        chart_data=series(run, name),
        delta_color="off",
        delta_description=note,
    )


def _before_first_epoch(run: Run) -> str:
    return t("run.metric.never" if run.state.is_final else "run.metric.before")


def _early_stopping(run: Run) -> None:
    if not run.patience:
        value, note, bars = t("run.metric.off"), t("run.metric.off_note"), None
    else:
        value = t("run.metric.waited", waited=run.waited_epochs if run.epochs else 0, patience=run.patience)
        bars = waits(run) if len(run.epochs) > 1 else None
        if run.stop_reason == "early_stopping":
            note = t("run.metric.ended_note")
        elif run.stop_reason == "completed":
            note = t("run.metric.not_needed_note")
        else:
            note = t("run.metric.waited_note")
    st.metric(
        t("run.metric.early_stopping"),
        value,
        chart_data=bars,
        chart_type="bar",
        delta_color="off",
        delta_description=note,
    )


def _speed(run: Run) -> None:
    speed = run.last.get("images_per_second")
    st.metric(
        t("run.metric.speed"),
        formats.whole(speed, language()),
        chart_data=series(run, "images_per_second"),
        delta_color="off",
        delta_description=t("run.metric.speed_note") if run.epochs else _before_first_epoch(run),
    )
