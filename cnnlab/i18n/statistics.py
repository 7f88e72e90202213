"""Numbers of tests and intervals as text."""

from __future__ import annotations

from cnnlab.i18n import formats

SMALLEST = 0.001  # below it a p value is only said to be smaller


def points(share: float, language: str) -> str:
    """A share of one as points, with its sign where it is negative: -0.013 -> "-1.3"."""
    return formats.number(round(100 * share, 1) + 0.0, 1, language)


def p_words(p: float, language: str) -> str:
    """``= 0.012``, ``< 0.001``"""
    if p < SMALLEST:
        return f"< {formats.number(SMALLEST, 3, language)}"
    return f"= {formats.number(p, 3, language)}"
