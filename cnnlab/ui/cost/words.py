"""Energy, CO2 and time as people read them, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnlab.energy.carbon import country_name
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_WATER = 4186.0 * 80 / 1000  # joules that warm a gram of water from 20 to 100 °C


def energy(kwh: float | None) -> str:
    """Joules, then watt-hours, then kilowatt-hours: ``38 J``, ``1.4 Wh``."""
    if kwh is None:
        return formats.UNKNOWN
    joules = 3.6e6 * kwh
    if joules < 3600:
        return _scaled(joules, "J")
    return _scaled(1000 * kwh, "Wh") if kwh < 1 else _scaled(kwh, "kWh")


def mass(kg: float | None) -> str:
    """``5.4 mg``, ``12 g``, ``1.3 kg``."""
    if kg is None:
        return formats.UNKNOWN
    if kg < 1e-3:
        return _scaled(1e6 * kg, "mg")
    return _scaled(1e3 * kg, "g") if kg < 1 else _scaled(kg, "kg")


def milliseconds(value: float | None) -> str:
    return formats.UNKNOWN if value is None else _scaled(value, "ms")


def source(result: Mapping[str, Any]) -> str:
    """Whether the energy was measured or estimated; empty where it is unknown."""
    said = result.get("energy_source")
    return t(f"cost.source.{said}") if said in ("measured", "partly", "estimated") else ""


def place(result: Mapping[str, Any]) -> str:
    """``Mexico, 507 g of CO2/kWh (2023)``; empty where it is unknown."""
    grams, year, country = (result.get(name) for name in ("carbon_grams_per_kwh", "carbon_year", "country"))
    if not isinstance(country, str) or grams is None or year is None:
        return ""
    name = plain(country_name(country[:3], language()))
    return t("cost.intensity", country=name, grams=formats.whole(grams, language()), year=year)


def water(kwh: float) -> str:
    """An everyday measure that needs no source but the heat capacity of water."""
    return t("cost.water", mass=mass(3.6e6 * kwh / _WATER / 1000))


def timed_on(run: Run) -> str:
    """On what its latency was measured; empty where it was not."""
    device, threads = run.result.get("latency_device"), run.result.get("latency_threads")
    return t("cost.timed_on", device=plain(str(device)), count=int(threads)) if device and threads else ""


def _scaled(value: float, unit: str) -> str:
    digits = 0 if value >= 99.5 else 1 if value >= 9.95 else 2
    return f"{formats.number(value, digits, language())}{formats.NBSP}{unit}"
