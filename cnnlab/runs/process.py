"""Which process is meant: a pid alone is reused, so identity is pid + start time + boot."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class ProcessIdentity:
    pid: int
    started: float  # seconds since the epoch, as the system states it
    boot: str

    @classmethod
    def own(cls) -> ProcessIdentity:
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """The process that has this pid now. Raises ``psutil.NoSuchProcess``."""
        return cls(pid, psutil.Process(pid).create_time(), boot_id())

    def is_alive(self) -> bool:
        """Whether this very process still runs. A zombie has ended: it only waits to be counted."""
        if self.boot != boot_id():
            return False
        try:
            process = psutil.Process(self.pid)
            # the start time is rounded differently by different readers of the clock
            return abs(process.create_time() - self.started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def wait(self) -> None:
        """Blocks until it has ended, whoever started it."""
        if not self.is_alive():
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(self.pid).wait()

    def as_dict(self) -> dict[str, Any]:
        return {"pid": self.pid, "started": self.started, "boot": self.boot}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> ProcessIdentity:
        return cls(int(stored["pid"]), float(stored["started"]), str(stored["boot"]))


def boot_id() -> str:
    """Names this boot of this machine; where the kernel does not say, the time of the boot does."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else str(round(psutil.boot_time()))
