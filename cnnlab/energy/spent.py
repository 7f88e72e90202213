"""What the training of a run has taken over all its attempts: kept in its folder, so a stop or a kill loses little.

``cost.json``: ``{"attempts": {"1": {"seconds", "joules", "source", "peak_memory_bytes", …}}}``. An attempt writes its
own line every few seconds; what was trained twice because of a kill was also paid twice.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cnnlab.energy.carbon import intensity
from cnnlab.energy.memory import peak_memory_bytes
from cnnlab.energy.meter import ESTIMATED, MEASURED, PARTLY, Meter
from cnnlab.errors import LabError
from cnnlab.home import write_atomically

FILE = "cost.json"
TICK_SECONDS = 10.0  # a counter of the processor begins anew after many minutes at the soonest
JOULES_PER_KWH = 3.6e6


class Spending:
    """``with Spending(folder, attempt) as spending:``, and ``spending.tick()`` now and then, which costs nothing.

    ``measure``: whether energy counts; memory always does. ``gpu``: the UUID of the GPU that it trains on.
    """

    def __init__(self, folder: Path, attempt: int, *, measure: bool = True, gpu: str | None = None) -> None:
        self._path = folder / FILE
        self._attempt = str(attempt)
        self._measure, self._gpu = measure, gpu
        self._meter: Meter | None = None
        self._written = 0.0
        self._own: dict[str, Any] = {"seconds": 0.0}

    def __enter__(self) -> Self:
        self._meter = Meter(self._gpu) if self._measure else None
        self._written = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._add()

    def tick(self) -> None:
        if time.monotonic() - self._written >= TICK_SECONDS:
            self._add()

    def _add(self) -> None:
        own, now = self._own, time.monotonic()
        own["peak_memory_bytes"] = peak_memory_bytes()
        if self._meter is not None:
            taken = self._meter.taken()
            own["joules"] = own.get("joules", 0.0) + taken.joules
            own["source"] = _together([own["source"], taken.source] if "source" in own else [taken.source])
        own["seconds"] += now - self._written
        self._written = now
        # a disk that is full, or a file that is damaged: what is lost is no reason to end a training
        with contextlib.suppress(OSError, ValueError):
            write_atomically(self._path, json.dumps({"attempts": {**_attempts(self._path), self._attempt: own}}))


def total(folder: Path, country: str) -> dict[str, Any]:
    """Over all attempts, as a result says it: "peak_memory_bytes"; "energy_kwh", "energy_source", "co2_kg", "country".

    Those of energy are there where every attempt that trained has measured or estimated it.
    """
    attempts = list(_attempts(folder / FILE).values())
    if not attempts:
        return {}
    found: dict[str, Any] = {"peak_memory_bytes": max(int(one.get("peak_memory_bytes", 0)) for one in attempts)}
    if all("joules" in one for one in attempts):
        found["energy_kwh"] = sum(one["joules"] for one in attempts) / JOULES_PER_KWH
        found["energy_source"] = _together([one["source"] for one in attempts])
        found |= _carbon(found["energy_kwh"], country)
    return found


def _carbon(kwh: float, country: str) -> dict[str, Any]:
    with contextlib.suppress(LabError):
        known = intensity(country)
        grams = {"carbon_grams_per_kwh": known.grams_per_kwh, "carbon_year": known.year}
        return {"co2_kg": kwh * known.grams_per_kwh / 1000, "country": country, **grams}
    return {}


def _attempts(path: Path) -> Mapping[str, dict[str, Any]]:
    try:
        attempts = json.loads(path.read_text("utf-8"))["attempts"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return attempts if isinstance(attempts, dict) else {}


def _together(sources: list[str]) -> str:
    return sources[0] if len(set(sources)) == 1 and sources[0] in (MEASURED, PARTLY, ESTIMATED) else PARTLY
