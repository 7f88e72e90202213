"""The charts' colours are the theme's, and can be seen on their ground."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cnnlab.plots.palette import DARK, LIGHT, Palette

THEME = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("name", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_colours_stand_out_from_the_ground(name: str, colours: Palette) -> None:
    ground = THEME[name]["backgroundColor"]
    assert colours.accent == THEME[name]["chartCategoricalColors"][0]
    assert contrast(colours.text, ground) >= 4.5
    assert contrast(colours.muted, ground) >= 3
    assert contrast(colours.accent, ground) >= 3
