"""Colours of charts on a light and on a dark ground; the same values as in ``.streamlit/config.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    accent: str  # what the eye should follow
    muted: str  # what stands beside it
    text: str
    grid: str


LIGHT = Palette(accent="#3F4FCB", muted="#6B7386", text="#5C6478", grid="#E8EAF1")
DARK = Palette(accent="#93A1FF", muted="#9BA5B8", text="#A3ACBF", grid="#232A37")


def palette(theme: str | None) -> Palette:
    """Of ``st.context.theme.type``: "dark", "light", or unknown, which reads best as light."""
    return DARK if theme == "dark" else LIGHT
