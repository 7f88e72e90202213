"""The most memory that this process has held."""

from __future__ import annotations

import sys

import psutil


def peak_memory_bytes() -> int:
    """Of this process since it began; resident memory, so shared libraries count as well."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # not on Windows

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(largest if sys.platform == "darwin" else largest * 1024)
