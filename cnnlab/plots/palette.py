"""Colours of charts on a light and on a dark ground; the same values as in ``.streamlit/config.toml``.

The categorical colours were searched so that eight runs can be told apart under normal, protan, deutan and tritan
sight. A run has a second cue all the same: dash and symbol (``cue``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    accent: str  # what the eye should follow
    muted: str  # what stands beside it
    text: str
    grid: str
    ground: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]  # from little to much
    diverging: tuple[str, ...]  # from against to for, the ground in between


@dataclass(frozen=True)
class Cue:
    """How one of several runs is drawn everywhere: ``dash`` and ``symbol`` are Plotly's names."""

    colour: str
    dash: str
    symbol: str


LIGHT = Palette(
    accent="#3F4FCB",
    muted="#6B7386",
    text="#5C6478",
    grid="#E8EAF1",
    ground="#FFFFFF",
    categorical=("#3F4FCB", "#DE7515", "#242838", "#8E3255", "#1C8D7A", "#836412", "#5D258B", "#0593E6"),
    sequential=("#EEF0FC", "#DADEF8", "#C1C8F3", "#A5AFEC", "#8894E3", "#6C7ADA", "#5362D1", "#3F4FCB", "#3240A6"),
    diverging=("#26317F", "#3F4FCB", "#6C7ADA", "#A5AFEC", "#F7F7F7", "#F0BE8F", "#E3924B", "#C2630F", "#8A4509"),
)
DARK = Palette(
    accent="#93A1FF",
    muted="#9BA5B8",
    text="#A3ACBF",
    grid="#232A37",
    ground="#0C0F15",
    categorical=("#93A1FF", "#D6812E", "#D8E6F9", "#B34B71", "#10D1B4", "#EED059", "#825EB9", "#559AB4"),
    sequential=("#1B2140", "#242C5A", "#2F3977", "#3C4896", "#4B59B5", "#5F6DD0", "#7885E6", "#939FF3", "#B1BAFA"),
    diverging=("#B1BAFA", "#939FF3", "#7885E6", "#4B59B5", "#1A1F2B", "#7A4A1C", "#AE6725", "#D6812E", "#F5B06A"),
)
_DASHES = ("solid", "dash", "dot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "triangle-down", "pentagon", "hexagon")


def palette(theme: str | None) -> Palette:
    """Of ``st.context.theme.type``: "dark", "light", or unknown, which reads best as light."""
    return DARK if theme == "dark" else LIGHT


def cue(place: int, colours: Palette) -> Cue:
    """Of the run at ``place`` (from 0) among those compared."""
    colour = colours.categorical[place % len(colours.categorical)]
    return Cue(colour, _DASHES[place % len(_DASHES)], _SYMBOLS[place % len(_SYMBOLS)])


def scale(colours: tuple[str, ...]) -> list[tuple[float, str]]:
    """A Plotly colour scale with even steps."""
    return [(place / (len(colours) - 1), colour) for place, colour in enumerate(colours)]


def shade(colours: tuple[str, ...], share: float) -> tuple[float, float, float]:
    """The colour at ``share`` of the scale, as sRGB in [0, 1]; ends and what lies between as Plotly draws it."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    ends = [[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours[low : low + 2]]
    red, green, blue = (a + (place - low) * (b - a) for a, b in zip(*ends, strict=True))
    return red, green, blue


def ink(ground: tuple[float, float, float]) -> str:
    """Black or white, whichever stands out more from ``ground``: by WCAG's contrast, which is then at least 4.5."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in ground]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"
