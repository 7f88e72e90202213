"""The settings of several runs as a table: what differs first, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots.cues import GLYPHS
from cnnlab.plots.palette import LIGHT, cue
from cnnlab.runs import comparison
from cnnlab.runs.comparison import MISSING, Row
from cnnlab.runs.run import Run
from cnnlab.ui import settings
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.compare.slots import slots
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.text import distinct, plain

_SHORT = 24  # characters of a name in a heading


def draw(runs: Sequence[Run]) -> None:
    rows = comparison.settings(runs)
    different, same = [row for row in rows if row.differs], [row for row in rows if not row.differs]
    st.subheader(t("compare.differs"), anchor=False)
    if not rows:
        st.markdown(t("compare.no_description"))
        return
    if different:
        cues = slots([run.run_id for run in runs])
        headings = [f"{_glyph(slot)} {plain(name)}" for slot, name in zip(cues, names_of(runs, _SHORT), strict=True)]
        _table(different, runs, headings)
    else:
        st.markdown(t("compare.nothing_differs"))
    if same:
        with st.expander(t("compare.same", count=len(same))):
            _table(same, runs, [t("compare.all")])
    _start_from(runs)


def _table(rows: Sequence[Row], runs: Sequence[Run], headings: Sequence[str]) -> None:
    """A column for each of ``headings``, which belong to the first runs."""
    columns: dict[str, list[str]] = {t("compare.setting"): [_name(row, runs) for row in rows]}
    for place, heading in enumerate(headings):
        columns[heading] = [_value(row, place) for row in rows]
    st.table(columns, border="horizontal", hide_index=True)


def _glyph(slot: int) -> str:
    return GLYPHS[cue(slot, LIGHT).symbol]  # symbols are the same in every palette


def _name(row: Row, runs: Sequence[Run]) -> str:
    has_it = (run.experiment for run, value in zip(runs, row.values, strict=True) if value is not MISSING)
    return settings.name_of(row.field, next(has_it, None))


def _value(row: Row, place: int) -> str:
    value = row.values[place]
    return formats.UNKNOWN if value is MISSING else settings.shown_value(row.field, value)


def _start_from(runs: Sequence[Run]) -> None:
    described = {run.run_id: run.experiment for run in runs if run.experiment is not None}
    labels = distinct({run.run_id: plain(run.name) for run in runs if run.run_id in described})
    if without := [plain(run.name) for run in runs if run.run_id not in described]:
        st.caption(t("compare.undescribed", runs=", ".join(without)))
    if not labels:
        return
    with st.container(horizontal=True):
        chosen = st.menu_button(
            t("compare.start_from"),
            list(labels),
            format_func=labels.__getitem__,
            icon=":material/tune:",
            key="compare_start",
        )
        with st.popover(t("compare.yaml"), icon=":material/data_object:", key="compare_yaml"):
            one = choice.select("yaml", t("compare.run"), labels)
            st.code(described[one].to_yaml(), language="yaml", height=360)
    if chosen:
        st.switch_page(TRAIN_PAGE, query_params={"like": chosen})
