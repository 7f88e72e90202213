"""All panels in one figure: what is zoomed in one is zoomed in all, and the pointer tells the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.explain.sheet import Strip


def draw(made: Sequence[Strip], titles: Sequence[str]) -> None:
    from cnnlab.plots.attributions import Square, figure
    from cnnlab.plots.palette import palette

    rows = []
    several = len({strip.source.run_id for strip in made}) > 1
    for strip in made:
        panels = zip(strip.panels, titles, strict=True)
        squares = [Square(title, panel.picture, panel.values) for panel, title in panels]
        rows.append([Square(_name(strip, several=several), strip.picture), *squares])
    st.plotly_chart(
        figure(rows, palette(st.context.theme.type), language(), t("explain_page.value")),
        key="explain_zoom",
        config={"displayModeBar": False, "showTips": False},  # its words are English alone
        alt=t("explain_page.zoom_alt", count=len(made), maps=sum(len(strip.panels) for strip in made)),
    )
    st.caption(t("explain_page.zoom_help"))


def _name(strip: Strip, *, several: bool) -> str:
    """Short: on a phone there is room for little."""
    from cnnlab.explain import words

    title = words.image_title(strip.row.subject, language())
    return f"{title} · {strip.source.name}" if several else title
