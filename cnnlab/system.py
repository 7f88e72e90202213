"""Facts about this machine, and samples of processor and memory while a run trains."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import psutil

from cnnlab.home import Home

GPU_TIMEOUT_SECONDS = 2.0
FIRST_SAMPLE_SECONDS = 1.0  # short runs should have a sample too


@dataclass(frozen=True)
class MachineFacts:
    processor: str
    cores: int  # that this process may use
    memory_bytes: int
    memory_free_bytes: int
    disk_free_bytes: int  # where the home is
    gpu: str | None  # None: none, or its driver did not answer


def facts(home: Home | None = None) -> MachineFacts:
    """What this machine is, without importing torch."""
    memory = psutil.virtual_memory()
    free = shutil.disk_usage(_existing((home or Home.current()).root)).free
    return MachineFacts(processor_name(), usable_cores(), memory.total, memory.available, free, gpu_name())


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def processor_name() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@functools.cache
def gpu_name() -> str | None:
    """The first NVIDIA GPU by name, as its driver's own tool says."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=GPU_TIMEOUT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):  # a driver that does not answer is as good as no GPU here
        return None
    names = answer.stdout.strip().splitlines()
    return names[0].strip() if names else None


class Meter:
    """Measures the machine under MLflow's names for system metrics. Network counts from when it was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = psutil.Process()
        self._network = psutil.net_io_counters()
        psutil.cpu_percent(interval=None)  # the first call only starts the measurement
        self._process.cpu_percent(interval=None)

    def measure(self) -> dict[str, float]:
        """Per cent, and megabytes of a million bytes."""
        memory = psutil.virtual_memory()
        disk = psutil.disk_usage(str(self._folder))
        values = {
            "system/cpu_utilization_percentage": psutil.cpu_percent(interval=None),
            "system/system_memory_usage_megabytes": memory.used / 1e6,
            "system/system_memory_usage_percentage": memory.percent,
            "system/disk_usage_percentage": disk.percent,
            "system/disk_available_megabytes": disk.free / 1e6,
            "system/process_cpu_percentage": self._process.cpu_percent(interval=None),
            "system/process_memory_megabytes": self._process.memory_info().rss / 1e6,
        }
        network = psutil.net_io_counters()
        if network is not None and self._network is not None:  # None on a machine without an interface
            values["system/network_receive_megabytes"] = (network.bytes_recv - self._network.bytes_recv) / 1e6
            values["system/network_transmit_megabytes"] = (network.bytes_sent - self._network.bytes_sent) / 1e6
        return {name: round(value, 3) for name, value in values.items()}


class SystemLog(Protocol):
    """Where samples go: a journal."""

    @property
    def folder(self) -> Path: ...
    def append_system(self, record: Mapping[str, Any]) -> None: ...


class Sampler:
    """A thread that writes a sample to ``log`` every ``seconds`` while the ``with`` block runs."""

    def __init__(self, log: SystemLog, seconds: float = 10.0) -> None:
        self._log = log
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="system-sampler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        meter = Meter(self._log.folder)
        pause = min(FIRST_SAMPLE_SECONDS, self._seconds)
        while not self._ended.wait(pause):
            # a full disk loses samples; the training itself will say that the disk is full
            with contextlib.suppress(OSError, psutil.Error):
                self._log.append_system({"time": time.time(), **meter.measure()})
            pause = self._seconds


def _existing(path: Path) -> Path:
    return next((parent for parent in (path, *path.parents) if parent.exists()), Path.cwd())
