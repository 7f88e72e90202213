"""What the presets reach: each trained through the command line with several seeds, in processes of their own.

    python tests/benchmarks/presets.py [--seeds 5] [PRESET or dataset/architecture …]

Settings were chosen on the validation split; the test split is read here. CPU seconds are those of training and
validation in the worker's process, MLflow's publishing thread included, imports and data preparation not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import report

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ["digits/lenet5", "mnist/lenet5", "mnist_fast", "fashion_mnist"]
TRAIN = """
import sys, time
from cnnlab import session
from cnnlab.cli import main
train = session.Session.train
def timed(self):
    start = time.process_time()
    reason = train(self)
    print("cpu_seconds", time.process_time() - start)
    return reason
session.Session.train = timed
sys.exit(main(sys.argv[1:]))
"""


def trained(what: str, seed: int, home: str) -> dict[str, Any]:
    """The outcome of one run, with "cpu_seconds" of its training."""
    start = ["--preset", what]
    if "/" in what:
        dataset, architecture = what.split("/")
        start = ["--dataset", dataset, "--architecture", architecture]
    command = [sys.executable, "-c", TRAIN, "train", *start, "--seed", str(seed), "--json"]
    environment = {**os.environ, "CNNLAB_HOME": home, "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    lines = done.stdout.splitlines()
    seconds = next(float(line.split()[1]) for line in lines if line.startswith("cpu_seconds"))
    return {**json.loads(lines[-1]), "cpu_seconds": seconds, "seed": seed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=DEFAULT)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    command = f"python tests/benchmarks/presets.py --seeds {arguments.seeds} {' '.join(arguments.what)}"
    text = report.heading("What the presets reach", command) + (__doc__ or "").split("\n\n", 2)[2] + "\n"
    text += "| what | test accuracy, median | by seed | epochs | CPU s of training, median |\n|---|---|---|---|---|\n"
    with tempfile.TemporaryDirectory() as home:
        for what in arguments.what:
            runs = [trained(what, seed, home) for seed in range(arguments.seeds)]
            accuracies = [100 * run["test"]["accuracy"] for run in runs]
            seconds = statistics.median(run["cpu_seconds"] for run in runs)
            each = " ".join(f"{value:.2f}" for value in accuracies)
            epochs = " ".join(str(run["epochs"]) for run in runs)
            median = statistics.median(accuracies)
            row = f"| {what} | **{median:.2f} %** | {each} | {epochs} | {seconds:.1f} |"
            print(row, file=sys.stderr, flush=True)
            text += row + "\n"
            report.write("presets", text)  # after each: a long benchmark may be cut short


if __name__ == "__main__":
    main()
