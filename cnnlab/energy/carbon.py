"""CO2 that a kilowatt-hour of a country's electricity stands for, from a table with its source and years."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.core import get_global

from cnnlab import yaml_io
from cnnlab.errors import LabError

_TABLE = Path(__file__).with_name("carbon.yaml")


@dataclass(frozen=True)
class Intensity:
    grams_per_kwh: float  # of CO2 equivalent
    year: int


@functools.cache
def countries() -> dict[str, Intensity]:
    """By ISO 3166-1 alpha-3, in the order of these codes."""
    stored = yaml_io.parse(_TABLE.read_text("utf-8"), source=_TABLE.name)
    return {code: Intensity(float(grams), int(year)) for code, (grams, year) in stored.items()}


def intensity(country: str) -> Intensity:
    """Raises ``LabError`` ("unknown_country")."""
    known = countries()
    if country not in known:
        near = [code for code in known if code[:1] == country[:1].upper()]
        raise LabError("unknown_country", field="tracking.energy.country", value=country[:20], known=", ".join(near))
    return known[country]


def country_name(country: str, language: str) -> str:
    """In the reader's language; the code itself where it has no name."""
    two = get_global("territory_aliases").get(country, [country])[0]
    return str(Locale.parse(language).territories.get(two, country))
