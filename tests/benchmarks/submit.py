"""How long from calling ``jobs.submit`` to the journal's first training step, warm and cold, and from the shell.

Each cold start is followed by a plain process that imports torch and mlflow, so that a busy machine slows both alike.
Run it alone: ``python -m tests.benchmarks.submit``. Writes docs/benchmarks/submit.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control, supervisor
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal
from tests.benchmarks.report import heading, write

LONG = Experiment().changed({"training.epochs": 5000, "training.early_stopping.patience": 0})
PLAIN = "import torch, mlflow"
WARM_BAR_SECONDS = 0.5
COLD_BAR_SECONDS = 1.0  # over the plain imports
SHELL_BAR_SECONDS = 3.0


def first_step(home: Home) -> float:
    """Seconds from the call to the first step that a reader of the journal sees; the run is stopped after."""
    began = time.perf_counter()
    journal = Journal.open(home, submit(LONG, home))
    while True:
        progress = journal.progress()
        if progress is not None and progress.phase == "training" and progress.step >= 1:
            break
        if journal.status().state.is_final:
            raise RuntimeError(f"the run ended {journal.status()}: {journal.log_text()}")
        time.sleep(0.001)
    seconds = time.perf_counter() - began
    end(journal.run_id, home)
    return seconds


def end(run_id: str, home: Home) -> None:
    with contextlib.suppress(RunError):  # it has ended by itself
        control.stop(run_id, home)
    while Journal.open(home, run_id).is_held() or supervisor.status(home)["workers"]:
        time.sleep(0.05)


def plain_imports(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", PLAIN], check=True, env=environment)
    return time.perf_counter() - began


def shell(home: Home, *arguments: str) -> tuple[float, dict[str, object]]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "cnnlab", *arguments, "--json"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=supervisor.process_environment(home))
    return time.perf_counter() - began, json.loads(said.stdout.splitlines()[-1])


def wait_warm(home: Home) -> None:
    supervisor.ensure(home)
    while not supervisor.status(home)["warm"]:
        time.sleep(0.1)
    time.sleep(1.0)


def measure(home: Home, pairs: int, warm: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"very first": [], "cold": [], "plain": [], "warm": [], "submit": [], "show": []}
    found["very first"].append(first_step(home))  # data are prepared, the database is made
    wait_warm(home)
    for _ in range(pairs):
        supervisor.shutdown(home)
        time.sleep(1.0)
        found["cold"].append(first_step(home))
        supervisor.shutdown(home)
        time.sleep(1.0)
        found["plain"].append(plain_imports(supervisor.process_environment(home)))
    wait_warm(home)
    for _ in range(warm):
        found["warm"].append(first_step(home))
    for _ in range(3):
        seconds, said = shell(home, "submit", "--dataset", "digits")
        found["submit"].append(seconds)
        found["show"].append(shell(home, "show", str(said["run_id"]))[0])
        end(str(said["run_id"]), home)
    return found


def table(found: dict[str, list[float]], waiting: float) -> str:
    middle = {name: statistics.median(values) for name, values in found.items()}
    over = statistics.median(cold - plain for cold, plain in zip(found["cold"], found["plain"], strict=True))
    rows = [
        ("warm supervisor: submit to first step", "warm", middle["warm"], f"< {WARM_BAR_SECONDS}"),
        ("no supervisor: submit to first step", "cold", middle["cold"], ""),
        (f"a plain process that does `{PLAIN}`", "plain", middle["plain"], ""),
        ("no supervisor, less the plain process after it (median of pairs)", None, over, f"≤ {COLD_BAR_SECONDS}"),
        ("very first run of a home (prepares digits, makes the database)", "very first", middle["very first"], ""),
        ("`python -m cnnlab submit`", "submit", middle["submit"], f"< {SHELL_BAR_SECONDS}"),
        ("`python -m cnnlab show`", "show", middle["show"], f"< {SHELL_BAR_SECONDS}"),
    ]
    lines = ["| what | median, s | lowest to highest, s | bar, s |", "|---|---|---|---|"]
    for what, name, value, bar in rows:
        spread = f"{min(found[name]):.2f} to {max(found[name]):.2f} (n={len(found[name])})" if name else ""
        lines.append(f"| {what} | {value:.2f} | {spread} | {bar} |")
    load = (
        f"Load average of the machine before and after: {waiting:.1f}, {os.getloadavg()[0]:.1f}; far above the number "
        "of cores, other work slowed everything.\nThe plain process finds the same bytecode as the product's.\n"
    )
    return "\n".join(lines) + "\n\n" + load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="cold starts, each beside a plain process")
    parser.add_argument("--warm", type=int, default=15)
    arguments = parser.parse_args()
    before = os.getloadavg()[0]
    # a repair may still be telling MLflow about the last run when we are done
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder) / "home").ensure()
        os.environ["CNNLAB_HOME"] = str(home.root)
        try:
            found = measure(home, arguments.pairs, arguments.warm)
        finally:
            supervisor.shutdown(home)
    command = f"python -m tests.benchmarks.submit --pairs {arguments.pairs} --warm {arguments.warm}"
    text = heading("From submit to the first training step", command) + table(found, before)
    sys.stdout.write(f"{text}\n{write('submit', text)}\n")


if __name__ == "__main__":
    main()
