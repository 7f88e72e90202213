"""The second cue of a compared run, drawn: its symbol as a path, and a sample of its line as a small picture."""

from __future__ import annotations

from cnnlab.plots.palette import Cue

# in a box of 10 x 10; the same shapes in the charts and beside the names
PATHS = {
    "circle": "M0 5A5 5 0 1 0 10 5A5 5 0 1 0 0 5Z",
    "square": "M0 0H10V10H0Z",
    "diamond": "M5 0L10 5L5 10L0 5Z",
    "triangle-up": "M5 0L10 9.5H0Z",
    "cross": "M3.4 0H6.6V3.4H10V6.6H6.6V10H3.4V6.6H0V3.4H3.4Z",
    "star": "M5 0L6.2 3.6H10L6.9 5.9L8.1 9.5L5 7.3L1.9 9.5L3.1 5.9L0 3.6H3.8Z",
    "x": "M1.6 0L5 3.4L8.4 0L10 1.6L6.6 5L10 8.4L8.4 10L5 6.6L1.6 10L0 8.4L3.4 5L0 1.6Z",
    "triangle-down": "M0 0.5H10L5 10Z",
    "pentagon": "M5 0L10 3.8L8.1 10H1.9L0 3.8Z",
    "hexagon": "M2.5 0.7H7.5L10 5L7.5 9.3H2.5L0 5Z",
}
DASHES = {"solid": "solid", "dash": "dashed", "dot": "dotted"}
"""Plotly's names of dashes -> those of ECharts."""
GLYPHS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "cross": "✚",
    "star": "★",
    "x": "✖",
    "triangle-down": "▼",
    "pentagon": "⬟",
    "hexagon": "⬢",
}
"""The symbol as a character, for headings that hold nothing but text."""

SAMPLE_WIDTH = 40
_SAMPLE_HEIGHT = 14
_STROKES = {"solid": "", "dash": "8 4", "dot": "2 3"}


def sample(cue: Cue) -> str:
    """The line and the symbol of a run as SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SAMPLE_WIDTH}" height="{_SAMPLE_HEIGHT}" '
        f'viewBox="0 0 {SAMPLE_WIDTH} {_SAMPLE_HEIGHT}">'
        f'<path d="M0 7H{SAMPLE_WIDTH}" fill="none" stroke="{cue.colour}" stroke-width="2" '
        f'stroke-dasharray="{_STROKES[cue.dash]}"/>'
        f'<path d="{PATHS[cue.symbol]}" transform="translate({SAMPLE_WIDTH / 2 - 5} 2)" fill="{cue.colour}"/></svg>'
    )
