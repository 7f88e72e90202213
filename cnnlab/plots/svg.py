"""Line charts and scatters as SVG, for pages that must be whole without a script: what a report embeds.

Names of runs are not drawn: a legend of text beside the picture says which colour and symbol is whose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnnlab.plots.cues import PATHS
from cnnlab.plots.palette import LIGHT, Cue

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 12, 48
_STROKES = {"solid": "", "dash": "8 4", "dot": "2 3"}


@dataclass(frozen=True)
class Axis:
    """A title and what the data spans."""

    title: str
    low: float
    high: float

    def ticks(self, most: int = 6) -> list[float]:
        """Round values within."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / most))
        step = next(step * factor for factor in (1, 2, 5, 10, 20) if (self.high - self.low) / (step * factor) <= most)
        first = math.ceil(self.low / step - 1e-9)
        return [place * step for place in range(first, math.floor(self.high / step + 1e-9) + 1)]


Points = Sequence[tuple[float, float | None]]


def axis(title: str, values: Sequence[float]) -> Axis:
    """Around ``values`` with a little room; one value alone has room to both sides."""
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(title, low - room, high + room)


def lines(series: Sequence[tuple[Cue, Points]], x_title: str, y_title: str, language: str, label: str) -> str:
    """Curves; a ``None`` is a gap. Empty where no curve has a point."""
    known = [(x, y) for _, points in series for x, y in points if y is not None]
    if not known:
        return ""
    across, up = axis(x_title, [x for x, _ in known]), axis(y_title, [y for _, y in known])
    drawn = [_curve(look, points, across, up) for look, points in series]
    return _framed(drawn, across, up, language, label)


def scatter(
    points: Sequence[tuple[Cue, float, float]],
    front: Sequence[tuple[float, float]],
    x_title: str,
    y_title: str,
    language: str,
    label: str,
) -> str:
    """A symbol a run, and the Pareto front as a line through ``front``; empty without points."""
    if not points:
        return ""
    across, up = axis(x_title, [x for _, x, _ in points]), axis(y_title, [y for _, _, y in points])
    through = " ".join(f"{_x(x, across):.1f},{_y(y, up):.1f}" for x, y in front)
    drawn = [f"<polyline points='{through}' fill='none' stroke='{LIGHT.muted}' stroke-dasharray='4 3'/>"]
    drawn += [_symbol(look, _x(x, across), _y(y, up)) for look, x, y in points]
    return _framed(drawn, across, up, language, label)


def _curve(look: Cue, points: Points, across: Axis, up: Axis) -> str:
    steps, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        steps.append(f"{pen}{_x(x, across):.1f} {_y(y, up):.1f}")
        pen = "L"
    path = f"<path d='{''.join(steps)}' fill='none' stroke='{look.colour}' stroke-width='2'"
    ends = [(x, y) for x, y in points if y is not None][-1:]
    marks = "".join(_symbol(look, _x(x, across), _y(y, up)) for x, y in ends)
    return f"{path} stroke-dasharray='{_STROKES[look.dash]}'/>{marks}"


def _symbol(look: Cue, x: float, y: float) -> str:
    return f"<path d='{PATHS[look.symbol]}' transform='translate({x - 5:.1f} {y - 5:.1f})' fill='{look.colour}'/>"


def _framed(drawn: Sequence[str], across: Axis, up: Axis, language: str, label: str) -> str:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for value in up.ticks():
        y = _y(value, up)
        parts.append(f"<path d='M{_LEFT} {y:.1f}H{right}' stroke='{LIGHT.grid}'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{y + 4:.1f}' text-anchor='end'>{_said(value, language)}</text>")
    for value in across.ticks():
        said = _said(value, language)
        parts.append(f"<text x='{_x(value, across):.1f}' y='{bottom + 18}' text-anchor='middle'>{said}</text>")
    middle = (_TOP + bottom) / 2
    parts.append(f"<path d='M{_LEFT} {_TOP}V{bottom}H{right}' fill='none' stroke='{LIGHT.muted}'/>")
    parts.append(
        f"<text x='{(_LEFT + right) / 2}' y='{_HEIGHT - 8}' text-anchor='middle'>{escape(across.title)}</text>"
    )
    turned = f"transform='rotate(-90 14 {middle})'"
    parts.append(f"<text x='14' y='{middle}' text-anchor='middle' {turned}>{escape(up.title)}</text>")
    size = f"viewBox='0 0 {_WIDTH} {_HEIGHT}' width='{_WIDTH}'"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' {size} role='img' aria-label='{escape(label, quote=True)}'"
    return f"{head} font-size='12' fill='{LIGHT.text}'>{''.join(parts)}{''.join(drawn)}</svg>"


def _x(value: float, across: Axis) -> float:
    return _LEFT + (value - across.low) / (across.high - across.low) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, up: Axis) -> float:
    return _HEIGHT - _BOTTOM - (value - up.low) / (up.high - up.low) * (_HEIGHT - _TOP - _BOTTOM)


def _said(value: float, language: str) -> str:
    said = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.3g}"
    return said.replace(".", ",") if language == "es" else said
