"""What charts on pages and charts in files are drawn alike with: matplotlib's names for dashes, symbols and numbers."""

from __future__ import annotations

import math
from html import unescape
from typing import Any

from cnnlab.plots.cues import PATHS

MARKERS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "cross": "P",
    "star": "*",
    "x": "X",
    "triangle-down": "v",
    "pentagon": "p",
    "hexagon": "h",
}
_BY_PATH = {f"path://{path}": MARKERS[name] for name, path in PATHS.items()}
_DASHES: dict[str, Any] = {
    "dash": (0, (5, 3)),
    "dashed": (0, (5, 3)),
    "dot": (0, (1, 2)),
    "dotted": (0, (1, 2)),
}
SIZE = 0.75  # points a pixel, at 96 pixels an inch


def dash(name: str | None) -> Any:
    """Of Plotly's or ECharts' name."""
    return _DASHES.get(name or "solid", "solid")


def marker(symbol: str | None) -> tuple[str, bool]:
    """Matplotlib's marker, and whether it is hollow; ``symbol``: Plotly's name, or a path as ECharts gets it."""
    name = symbol or "circle"
    plain = name.removesuffix("-open")
    return _BY_PATH.get(name) or MARKERS.get(plain, "o"), name.endswith("-open")


def words(shown: object) -> str:
    """Text for a file: what Plotly would read as HTML is written out."""
    return unescape(str(shown or "").replace("<br>", "\n")).encode("utf-8", "replace").decode()


def number(value: float, language: str) -> str:
    """A tick: as many digits as it has, a comma in Spanish."""
    if value and (abs(value) >= 1e6 or abs(value) < 1e-4):
        power = math.floor(math.log10(abs(value)))
        said = f"{value / 10**power:.4g}e{power}"
    else:
        said = f"{value:.6g}"
    return said.replace(".", ",").replace("-", "−") if language == "es" else said.replace("-", "−")
