"""Energy that the processor took, from the counters that Linux shows of it (RAPL); nothing is guessed without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

COUNTERS = Path("/sys/class/powercap")


@dataclass(frozen=True)
class _Counter:
    """Microjoules of one processor package, with the largest number before it begins anew."""

    path: Path
    largest: int

    def read(self) -> int | None:
        try:
            return int((self.path / "energy_uj").read_text())
        except (OSError, ValueError):  # since 2020 (CVE-2020-8694) only root may read it on most systems
            return None


class EnergyMeter:
    """``with EnergyMeter() as meter: …``, then ``meter.joules``: of all processor packages, whatever ran on them.

    ``None`` where a counter can't be read, or there is none. A counter that begins anew more than once is not noticed:
    that takes many minutes at full load.
    """

    def __init__(self, folder: Path = COUNTERS) -> None:
        self._counters = _packages(folder)
        self._before: Mapping[Path, int | None] = {}
        self.joules: float | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.joules = self.taken()

    def start(self) -> None:
        """What is taken from now on counts."""
        self._before = {counter.path: counter.read() for counter in self._counters}

    def taken(self) -> float | None:
        """Joules since ``start``; ``None`` as for ``joules``."""
        taken = [self._taken(counter) for counter in self._counters]
        known = [one for one in taken if one is not None]
        return sum(known) / 1e6 if known and len(known) == len(taken) else None

    def _taken(self, counter: _Counter) -> int | None:
        before, after = self._before[counter.path], counter.read()
        if before is None or after is None:
            return None
        return after - before if after >= before else after + counter.largest - before


def _packages(folder: Path) -> list[_Counter]:
    """Those of whole packages: the domains inside one (cores, memory) would be counted twice."""
    found = []
    for path in sorted(folder.glob("*:*")) if folder.is_dir() else []:
        try:
            if (path / "name").read_text().startswith("package"):
                found.append(_Counter(path, int((path / "max_energy_range_uj").read_text())))
        except (OSError, ValueError):
            continue
    return found
