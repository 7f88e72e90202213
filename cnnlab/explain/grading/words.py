"""Scores in words and written numbers, for pages, reports and the command line. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

if TYPE_CHECKING:
    from cnnlab.explain.grading.scorecard import Card, Control
    from cnnlab.explain.grading.scoring import Line

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
    """As many decimals as tell methods apart, whatever the size of a score: 0.312, 1 204.5, 3.1e-5."""
    if 0 < abs(value) < 10**-DIGITS:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{formats.number(float(mantissa), 1, language)}e{int(exponent)}"
    return formats.number(value, 1 if abs(value) >= 100 else DIGITS, language)


def won(line: Line, control: Control) -> str:
    """Scores in which the control is beaten, of those that both have."""
    beaten = line.beats.get(control)
    return f"{beaten.won}/{beaten.of}" if beaten else "–"


def verdict(card: Card, language: str) -> str:
    """ "better than random in 5 of 5 scores, than the edges in 2 of 5"."""
    random, edges = card.beats("random"), card.beats("edges")
    numbers = {"random": random.won, "of_random": random.of, "edges": edges.won, "of_edges": edges.of}
    return translate("scores.verdict", language, **numbers)


def card_rows(cards: Sequence[Card], language: str) -> list[tuple[str, ...]]:
    """A row a score that one of ``cards``, of one image and class, has: title, a number a card, both controls."""
    rows = []
    for name in registry("score"):
        marks = [card.marks[name] for card in cards]
        if any(mark.value is not None for mark in marks):
            values = [*(mark.value for mark in marks), marks[0].random, marks[0].edges]
            rows.append((heading(name, language), *(written_or_none(value, language) for value in values)))
    return rows


def written_or_none(value: float | None, language: str) -> str:
    return formats.UNKNOWN if value is None else written(value, language)
