"""The parts of the Design page."""

from __future__ import annotations

import streamlit as st

from cnnlab.ui import navigation
from cnnlab.ui.design import drawing, head, opening, start_from, table, totals, views
from cnnlab.ui.design.desk import Desk, current
from cnnlab.ui.edge import edge, safely
from cnnlab.ui.language import t

_FIRST = 4  # networks offered on an empty page


def opened() -> Desk:
    """The desk as this session or the address has it, worked through."""
    desk = opening.opened()
    desk.review()
    return desk


def top(desk: Desk) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(navigation.title(navigation.DESIGN_PAGE), anchor=False, width="content")
        start_from.draw()
    st.caption(t("design_page.caption"))
    head.notice(desk)
    head.draw(desk)


def draw(desk: Desk) -> None:
    """The drawing over the whole width, the layers beside what they come to, the rest below."""
    with edge():
        _drawing(desk)
    layers, beside = st.columns([5, 3], gap="medium")
    with layers, st.container(border=True, key="layers"), edge():
        table.draw(desk)
    with beside, st.container(border=True, key="totals"), edge():
        totals.draw(desk)
    if desk.sketch.layers:
        views.draw(desk)


def _drawing(desk: Desk) -> None:
    if not desk.sketch.layers:
        _empty()
        return
    report = desk.report
    shown = report if report is not None and report.ready else desk.good or report
    if shown is None or not shown.rows:
        return
    with st.container(border=True, key="drawing"):
        if shown is not report:
            st.caption(f":material/history: {t('design_page.last_good')}")
        drawing.show(drawing.blocks_of(shown, desk.selected if shown is report else None), key="diagram")


def _empty() -> None:
    """What to do first."""
    with st.container(border=True, key="empty"):
        st.markdown(t("design_page.empty"))
        with st.container(horizontal=True):
            for name, title in list(start_from.networks().items())[:_FIRST]:
                st.button(title, icon=":material/schema:", key=f"begin_{name}", on_click=safely(_begin), args=(name,))


def _begin(name: str) -> None:
    opening.network(current(), name)
