"""A chart of a page as a file: SVG or PNG on white, drawn with matplotlib, so that no browser and no network is needed.

Plotly's and ECharts' own pictures are made by a browser; here the same specifications are read, so a file shows what
the page shows. Text in SVG stays text: it can be searched and edited, and is shown in whatever script names are in.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Mapping
from html import escape
from typing import Any

from cnnlab.plots.export.looks import words
from cnnlab.plots.palette import LIGHT, Palette

ENDINGS = (".svg", ".png")
PAPER: Palette = LIGHT
"""The colours that a chart for a file is made with."""

_WIDTH, _HEIGHT, _TITLE = 720, 380, 26  # pixels, at 96 an inch
_SHARP = 2  # PNG pixels for one of these
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # that a name may hold and an SVG may not
_lock = threading.Lock()  # matplotlib's settings are the process's


def drawn(chart: Any, ending: str, language: str, *, title: str = "", y_axis: str = "") -> bytes:
    """``ending``: "svg" or "png"; ``chart``: a Plotly figure, or ECharts options; ``title``: a line above, if any.

    ``y_axis``: of a chart that has what it measures written above it on its page.
    """
    import matplotlib  # half a second: not before somebody wants a file
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _lock, matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks; SVG shows it all the same
        width, height = _size(chart)
        height += _TITLE if title else 0
        title = words(title)
        figure = Figure(figsize=(width / 96, height / 96), layout="constrained", facecolor=PAPER.ground)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, fontweight="bold", color="#10151F")
        _draw(chart, figure, language)
        if y_axis:
            figure.axes[0].set_ylabel(y_axis)
        FigureCanvasSVG(figure) if ending == "svg" else FigureCanvasAgg(figure)
        file = io.BytesIO()
        about = {"Creator": "CNN Lab", "Date": None} | ({"Title": title} if title else {}) if ending == "svg" else {}
        figure.savefig(file, format=ending, dpi=96 * _SHARP, metadata=about)
    return _NOT_XML.sub(b"", file.getvalue()) if ending == "svg" else file.getvalue()


def embedded(chart: Any, language: str, *, label: str) -> str:
    """As an element of an HTML page; ``label``: what is read aloud of it."""
    whole = drawn(chart, "svg", language).decode()
    element = re.sub(r"<metadata>.*?</metadata>", "", whole[whole.index("<svg") :], flags=re.S)
    return element.replace("<svg", f"<svg role='img' aria-label='{escape(label, quote=True)}'", 1)


def _draw(chart: Any, figure: Any, language: str) -> None:
    if isinstance(chart, Mapping):
        from cnnlab.plots.export import echarts

        echarts.draw(chart, figure, language)
    else:
        from cnnlab.plots.export import plotly

        plotly.draw(chart, figure, language)


def _size(chart: Any) -> tuple[float, float]:
    """Width and height in pixels; what has equal steps on both axes is not wider than it needs."""
    if isinstance(chart, Mapping):
        return _WIDTH, _HEIGHT
    height = float(chart.layout.height or _HEIGHT)
    return (1.25 * height if chart.layout.yaxis.scaleanchor else _WIDTH), height


_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cnnlab",  # the same chart is the same file
    "text.parse_math": False,  # a dollar in a class name is a dollar
    "axes.unicode_minus": False,
    "font.size": 9,
    "axes.edgecolor": LIGHT.muted,
    "axes.labelcolor": LIGHT.text,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "grid.color": LIGHT.grid,
    "grid.linewidth": 0.8,
    "xtick.color": LIGHT.text,
    "ytick.color": LIGHT.text,
    "text.color": LIGHT.text,
    "legend.frameon": False,
    "hatch.linewidth": 0.8,
}
