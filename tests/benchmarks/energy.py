"""What counting energy costs a training, against one per cent of its time; codecarbon beside it where it is installed.

Run it on a calm machine: ``python -m tests.benchmarks.energy``. Writes docs/benchmarks/energy.md.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cnnlab.energy.carbon import countries
from cnnlab.energy.spent import TICK_SECONDS, Spending, total
from tests.benchmarks.report import heading, write

BAR = 0.01
SHORT_SECONDS = 10.0  # a training of the digits
REPEATS = 50
CODECARBON = """
import time
began = time.perf_counter()
from codecarbon import OfflineEmissionsTracker
tracker = OfflineEmissionsTracker(country_iso_code="MEX", save_to_file=False, log_level="error")
tracker.start()
tracker.stop()
print(time.perf_counter() - began)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder))
    whole = sum(rows[name] for name in ("begin", "end", "read"))
    looks = rows["look"] / TICK_SECONDS
    share = whole / SHORT_SECONDS + looks
    lines = [
        "| | ms |",
        "|---|---|",
        *(f"| {WORDS[name]} | {1000 * seconds:.2f} |" for name, seconds in rows.items()),
        "",
        f"Of a training of {SHORT_SECONDS:.0f} s: {100 * share:.2f} % (bar: {100 * BAR:.0f} %, "
        f"{'held' if share <= BAR else 'MISSED'}). Of a long one: {100 * looks:.4f} %.",
    ]
    if importlib.util.find_spec("codecarbon"):
        command = [sys.executable, "-c", CODECARBON]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = float(found.stdout.splitlines()[-1])
        lines += [
            "",
            f"codecarbon, from import to stop: {1000 * seconds:.0f} ms, {100 * seconds / SHORT_SECONDS:.1f} %.",
        ]
    head = heading("What counting energy costs", "python -m tests.benchmarks.energy")
    print(write("energy", head + "\n".join(lines) + "\n"))


WORDS = {
    "begin": "beginning",
    "look": f"a look, every {TICK_SECONDS:.0f} s",
    "end": "the last look",
    "read": "the sum over attempts, with the table of countries",
}


def measured(folder: Path) -> dict[str, float]:
    """Median seconds of each part; the table is read once a process and counts in full."""
    spending = Spending(folder, 1)
    begin = _seconds(spending.__enter__)
    look = _median(spending._add)
    end = _median(lambda: spending.__exit__(None, None, None))
    countries.cache_clear()
    return {"begin": begin, "look": look, "end": end, "read": _seconds(lambda: total(folder, "MEX"))}


def _median(function: Callable[[], object]) -> float:
    return statistics.median(_seconds(function) for _ in range(REPEATS))


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
