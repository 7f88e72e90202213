"""Scores in words and written numbers, for pages, reports and the command line. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.explain.bootstrap import Estimate
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

if TYPE_CHECKING:
    from cnnlab.explain.scorecard import Control
    from cnnlab.explain.scoring import Line

DIGITS = 3
_ARROWS = {"higher": "↑", "lower": "↓"}


def heading(score: str, language: str) -> str:
    """The title of a score, and an arrow to where it is better."""
    entry = registry("score")[score]
    return f"{entry.text('title', language)} {_ARROWS[entry.facts['better']]}"


def line_title(line: Line, language: str) -> str:
    """Of a method or of a control."""
    if line.is_control:
        return translate(f"scores.control.{line.name}", language)
    return registry("explainer")[line.name].text("title", language)


def interval(found: Estimate, language: str) -> str:
    """The mean and its interval: "0.312 (0.284–0.351)"; "–" for none."""
    if found.mean is None:
        return "–"
    if found.low is None or found.high is None:
        return written(found.mean, language)
    return f"{written(found.mean, language)} ({written(found.low, language)}–{written(found.high, language)})"


def written(value: float, language: str) -> str:
    """As many decimals as tell methods apart, whatever the size of a score."""
    return formats.number(value, 1 if abs(value) >= 100 else DIGITS, language)


def won(line: Line, control: Control) -> str:
    """Scores in which the control is beaten, of those that both have."""
    beaten = line.beats.get(control)
    return f"{beaten.won}/{beaten.of}" if beaten else "–"
