"""What self-organisation is worth: the Neocognitron on the digits with planes that learned in different ways.

    python tests/benchmarks/neocognitron.py [--seeds 3] [--only gradient]

``--only`` measures the rows that begin so and puts them in the place of the old ones.

Each row is the same network trained through the command line at the product's settings; only how the planes of the
S-layers come about differs, and everywhere the classifier on top learns by gradient. "Random, same selectivity"
changes nothing else; "random, best selectivity" gives random planes the threshold that suits them best. By gradient
the learning rate is 0.001: at the others' 0.01 the three seeds reached 98.15, 99.63 and 92.22 %. Every other choice
was made on the validation split; the test split is read here. Logistic regression on the raw pixels has its C chosen
on validation.
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
BEST_RANDOM_SELECTIVITY = 0.1  # of 0.05, 0.1, 0.2, 0.3, 0.5: 77, 95, 66, 49, 14 % on validation (seed 0)
WAYS: dict[str, tuple[str, ...]] = {
    "competition, without labels": (),
    "gradient, with labels": ("model.options.learning=gradient", "training.learning_rate=0.001"),
    "random, same selectivity": ("model.options.learning=random",),
    "random, best selectivity": (
        "model.options.learning=random",
        f"model.options.selectivity={BEST_RANDOM_SELECTIVITY}",
    ),
}


def trained(settings: tuple[str, ...], seed: int, home: str) -> dict[str, Any]:
    """The outcome of one run."""
    command = [sys.executable, "-m", "cnnlab", "train", "--dataset", "digits", "--architecture", "neocognitron"]
    command += ["--seed", str(seed), "--set", "training.threads=1", "--json"]
    for setting in settings:
        command += ["--set", setting]
    environment = {**os.environ, "CNNLAB_HOME": home, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def raw_pixels(home: str) -> float:
    """Test accuracy of scikit-learn's logistic regression on the pixels that the network gets."""
    from sklearn.linear_model import LogisticRegression

    from cnnlab.data.load import load
    from cnnlab.experiment import DataSpec
    from cnnlab.home import Home

    dataset = load(DataSpec(dataset="digits"), Home(Path(home)))
    splits = {}
    for name in ("train", "validation", "test"):
        samples = getattr(dataset, name)
        batch = samples.pick(list(range(len(samples))))
        splits[name] = (batch.inputs.flatten(1).numpy() / 255.0, batch.targets.numpy())
    models = [LogisticRegression(C=c, max_iter=1000).fit(*splits["train"]) for c in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)]
    best = max(models, key=lambda model: model.score(*splits["validation"]))
    return float(best.score(*splits["test"]))


def row(name: str, runs: list[dict[str, Any]]) -> str:
    accuracies = [100 * run["test"]["accuracy"] for run in runs]
    each = " ".join(f"{value:.2f}" for value in accuracies)
    validation = statistics.mean(100 * run["validation"]["accuracy"] for run in runs)
    epochs = " ".join(str(run["epochs"]) for run in runs)
    seconds = statistics.median(run["train_seconds"] for run in runs)
    return (
        f"| {name} | **{statistics.mean(accuracies):.2f} %** | {each} | {validation:.2f} % | {epochs} | {seconds:.0f} |"
    )


def measure_again(begin: str, seeds: int) -> None:
    lines = (report.DOCS / "neocognitron.md").read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as home:
        for name, settings in WAYS.items():
            if name.startswith(begin):
                new = row(name, [trained(settings, seed, home) for seed in range(seeds)])
                lines = [new if line.startswith(f"| {name} |") else line for line in lines]
    report.write("neocognitron", "\n".join(lines) + "\n")


def measure_all(seeds: int) -> None:
    text = report.heading("The Neocognitron on the digits", f"python tests/benchmarks/neocognitron.py --seeds {seeds}")
    text += (__doc__ or "").split("\n\n", 3)[3] + "\n"
    text += "| planes | test accuracy, mean | by seed | validation, mean | epochs | s of training, median |\n"
    text += "|---|---|---|---|---|---|\n"
    with tempfile.TemporaryDirectory() as home:
        for name, settings in WAYS.items():
            text += row(name, [trained(settings, seed, home) for seed in range(seeds)]) + "\n"
            print(text.splitlines()[-1], file=sys.stderr, flush=True)
            report.write("neocognitron", text)  # after each: a long benchmark may be cut short
        text += f"| none: logistic regression on the pixels | **{100 * raw_pixels(home):.2f} %** | | | | |\n"
    report.write("neocognitron", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", metavar="ROW")
    arguments = parser.parse_args()
    if arguments.only:
        measure_again(arguments.only, arguments.seeds)
    else:
        measure_all(arguments.seeds)


if __name__ == "__main__":
    main()
