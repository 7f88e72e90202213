"""Why a worker vanished, as far as the system says: from its exit code, and from whether memory ran out."""

from __future__ import annotations

import signal
from pathlib import Path

from cnnlab.errors import Problem

SIGKILL = 9  # which Windows has no name for


def reason_for(exit_code: int | None, kills_before: int) -> Problem:
    """The reason of a LOST run. ``exit_code``: negative for a signal, ``None`` where nobody could know it.

    ``kills_before`` is what ``out_of_memory_kills`` said when the worker was started.
    """
    if exit_code in (-SIGKILL, None) and out_of_memory_kills() > kills_before:
        return Problem("worker_out_of_memory")
    if exit_code is None:
        return Problem("worker_vanished")
    if exit_code < 0:
        return Problem("worker_killed", params={"signal": _signal_name(-exit_code)})
    return Problem("worker_exited", params={"exit_code": exit_code})


def out_of_memory_kills() -> int:
    """How many processes the kernel has ended for want of memory since the boot; 0 where it does not say."""
    path = Path("/proc/vmstat")
    if not path.exists():
        return 0
    counts = dict(line.split() for line in path.read_text().splitlines())
    return int(counts.get("oom_kill", 0))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return str(number)
