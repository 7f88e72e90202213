"""What a design comes to: four figures, and what a teacher would say of it."""

from __future__ import annotations

import re
from dataclasses import replace

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.models.design import DesignReport, Judgement
from cnnlab.models.receptive import Receptive
from cnnlab.ui.design import words
from cnnlab.ui.design.desk import Desk
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_MAPS = 3  # dimensions of maps
_BATCH = "design_batch"
_USUAL_BATCH = 64
_LARGEST_BATCH = 4096
_WEIGHTS = {"good": ("check_circle", "green"), "note": ("info", "blue"), "warning": ("warning", "orange")}


def draw(desk: Desk) -> None:
    """Of the design, or while something in it is wrong, of how it last was right."""
    st.subheader(t("design_page.totals"), anchor=False)
    report = desk.report
    if report is None or not desk.sketch.layers:
        st.caption(t("design_page.totals_empty"))
        return
    shown = report
    if not report.ready:
        shown = desk.good or report
        key = "design_page.last_good" if desk.good else "design_page.no_good"
        st.markdown(f":orange[:material/history: {t(key)}]")
    _figures(shown)
    for judgement in shown.judgements:
        _say(judgement, shown)


def batch_size() -> int:
    """That memory is worked out for, and that a trial takes."""
    return int(st.session_state.get(_BATCH) or _USUAL_BATCH)


def _figures(report: DesignReport) -> None:
    memory = None if report.activation_bytes is None else report.activation_bytes * batch_size()
    figures = {
        "parameters": formats.short(report.parameters, language()),
        "macs": formats.short(report.macs, language()),
        "memory": formats.size(memory, language()),
        "field": words.receptive(_last_field(report)),
    }
    with st.grid(2, min_column_width=130, border=True) as grid:
        for name, figure in figures.items():
            with grid.cell():
                label = t(f"design_page.total.{name}")
                st.metric(label, figure, help=t(f"design_page.total.{name}_help"))
    st.number_input(
        t("design_page.batch"),
        min_value=1,
        max_value=_LARGEST_BATCH,
        value=_USUAL_BATCH,
        step=16,
        key=_BATCH,
        help=t("design_page.batch_help"),
    )


def _last_field(report: DesignReport) -> Receptive | None:
    """Of the last layer that has maps with more than one position: after it everything is one number a map."""
    maps = [row for row in report.rows if row.shape is not None and len(row.shape) == _MAPS]
    wide = [row for row in maps if row.receptive is not None and row.shape is not None and row.shape[1:] != (1, 1)]
    return (wide or maps)[-1].receptive if maps else None


def _say(judgement: Judgement, report: DesignReport) -> None:
    symbol, colour = _WEIGHTS[judgement.weight]
    word = t(f"design_page.weight.{judgement.weight}")
    said = _numbered(judgement, report).sentence(language())
    st.markdown(f":{colour}[:material/{symbol}: **{word}**] {plain(said)}")


def _numbered(judgement: Judgement, report: DesignReport) -> Judgement:
    """Layers by the number that the table has, besides the name that the code has."""
    if "number" in judgement.params:
        return judgement
    numbers = {row.name: row.number for row in report.rows}

    def number(found: re.Match[str]) -> str:
        name = found[0]
        return t("design_page.named", name=name, number=numbers[name]) if name in numbers else name

    params = {
        key: re.sub(r"\w+", number, value) if isinstance(value, str) else value
        for key, value in judgement.params.items()
    }
    return replace(judgement, params=params)
