"""Energy of one process while it trains: what counters tell, and an estimate for what they don't.

Estimated as Green Algorithms does (Lannelongue, Grealey and Inouye 2021, doi:10.1002/advs.202100707), with its values
for hardware that isn't known: 12 W a busy core, 0.3725 W a gigabyte of memory, 200 W a GPU. Nothing is added for
cooling or for the rest of the machine.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from cnnlab.energy.counters import COUNTERS, EnergyMeter
from cnnlab.energy.nvml import GpuMeter

CORE_WATTS = 12.0
GIGABYTE_WATTS = 0.3725
GPU_WATTS = 200.0

MEASURED, PARTLY, ESTIMATED = "measured", "partly", "estimated"


@dataclass(frozen=True)
class Taken:
    """Since the last look. ``source``: "measured"; "estimated"; "partly", of processor and GPU one each."""

    joules: float
    source: str
    seconds: float


class Meter:
    """``taken()`` is what was taken since the last call, or since it was made.

    A counter tells of a whole processor package or GPU, whatever ran there; an estimate of this process alone.
    ``gpu``: the UUID of the GPU that it trains on.
    """

    def __init__(self, gpu: str | None = None, *, folder: Path = COUNTERS) -> None:
        self._processor = EnergyMeter(folder)
        self._gpu = None if gpu is None else GpuMeter(gpu)
        self._process = psutil.Process()
        self._start()

    def _start(self) -> None:
        self._processor.start()
        if self._gpu is not None:
            self._gpu.start()
        self._then, self._busy = time.monotonic(), _busy_seconds()

    def taken(self) -> Taken:
        seconds = time.monotonic() - self._then
        processor, estimated = self._processor.taken(), self._estimated(seconds)
        joules = [estimated if processor is None else processor]
        known = [processor is not None]
        if self._gpu is not None:
            gpu = self._gpu.taken()
            joules.append(GPU_WATTS * seconds if gpu is None else gpu)
            known.append(gpu is not None)
        self._start()
        return Taken(sum(joules), MEASURED if all(known) else PARTLY if any(known) else ESTIMATED, seconds)

    def _estimated(self, seconds: float) -> float:
        memory = GIGABYTE_WATTS * self._process.memory_info().rss / 1e9
        return CORE_WATTS * (_busy_seconds() - self._busy) + memory * seconds


def _busy_seconds() -> float:
    """Core-seconds of this process and of those it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
