"""Energy that an NVIDIA GPU took, from the counter of its driver (NVML), without a package of its own.

The counter (nvmlDeviceGetTotalEnergyConsumption, millijoules since the driver was loaded) exists from Volta on.
"""

from __future__ import annotations

import ctypes
import functools

_LIBRARIES = ("libnvidia-ml.so.1", "nvml.dll")


class GpuMeter:
    """Counts from when it is made; the whole GPU, whatever ran on it. ``uuid``: as the driver names it ("GPU-…")."""

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid if uuid.startswith("GPU-") else f"GPU-{uuid}"
        self.start()

    def start(self) -> None:
        self._before = _millijoules(self._uuid)

    def taken(self) -> float | None:
        """Joules since the start; ``None`` where the counter can't be read."""
        after = _millijoules(self._uuid)
        if self._before is None or after is None or after < self._before:
            return None
        return (after - self._before) / 1000


@functools.cache
def _library() -> ctypes.CDLL | None:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if library.nvmlInit_v2() == 0:
            return library
    return None


def _millijoules(uuid: str) -> int | None:
    library = _library()
    if library is None:
        return None
    device, found = ctypes.c_void_p(), ctypes.c_ulonglong()
    try:
        if library.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(device)) != 0:
            return None
        if library.nvmlDeviceGetTotalEnergyConsumption(device, ctypes.byref(found)) != 0:
            return None
    except AttributeError:  # a driver before the counter
        return None
    return found.value
