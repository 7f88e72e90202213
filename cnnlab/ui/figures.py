"""A chart on a page, and beneath it the way to take it along as SVG or PNG, on white whatever the theme is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnlab.plots.palette import Palette, palette
from cnnlab.ui import download
from cnnlab.ui.language import language, t

Make = Callable[[Palette], Any]
"""Colours -> the chart. It is called a second time for a file, away from the page: it may not ask Streamlit."""
_ENDINGS = ("svg", "png")


def plotly(make: Make, name: str, *, of: str, key: str, **options: Any) -> Any:
    """Of Plotly. ``name``: of the figure, as the command ``figure`` has it; ``of``: what it is about, as plain text."""
    options.setdefault("config", {"displayModeBar": False})
    event = st.plotly_chart(make(palette(st.context.theme.type)), theme=None, key=key, **options)
    save(make, name, of=of, key=key)
    return event


def echarts(make: Make, name: str, *, of: str, key: str, y_axis: str = "", **options: Any) -> None:
    """ECharts options, as ``plotly``. ``y_axis``: what stands above the chart here, and beside the axis in a file."""
    st.echarts_chart(make(palette(st.context.theme.type)), key=key, **options)
    save(make, name, of=of, key=key, y_axis=y_axis)


def save(make: Make, name: str, *, of: str, key: str, y_axis: str = "") -> None:
    """The two buttons; a file is drawn when it is asked for."""
    spoken = language()
    title = " · ".join(filter(None, [t(f"figure.{name}"), of]))
    file = "-".join(filter(None, [name, re.sub(r"[^\w-]+", "-", of)[:60].strip("-")]))

    def drawn(ending: str) -> Callable[[], bytes]:
        def draw() -> bytes:
            from cnnlab.plots.export import file as export

            return export.drawn(make(export.PAPER), ending, spoken, title=title, y_axis=y_axis)

        return draw

    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for ending in _ENDINGS:
            download.button(
                ending.upper(),
                drawn(ending),
                f"{file}.{ending}",
                key=f"{key}_{ending}",
                type="tertiary",
                help=t("figures.save"),
            )
