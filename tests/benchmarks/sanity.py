"""The sanity check of Adebayo et al. 2018, measured on two trained networks.

python tests/benchmarks/sanity.py [--images 32] [--draws 5] [--methods a,b]

Each network is trained as stated, again on shuffled labels, and then checked by the command `sanity`. Similarity
is the rank correlation with the network's own map, averaged over all depths of the cascade, with its 95 % interval; the
measure is what was larger, that of the magnitudes or of the signed values. "Output random" and "all random" are its
first and last depth. The rule is that of the command: the whole interval below 0.5 passes, above it fails.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cnnlab.experiment import Experiment  # noqa: E402
from cnnlab.explain.laboratory.setup import HONEST, Setup  # noqa: E402
from cnnlab.explain.sanity.labels import shuffled_experiment  # noqa: E402
from tests.benchmarks import report  # noqa: E402

LENET = {"training.epochs": 30}
ONE_THREAD = {"training.threads": 1}
COLUMNS = ("method", "verdict", "measure", "similarity", "95 %", "output random", "all random", "SSIM, all random")


def cnnlab(home: str, *arguments: str) -> dict[str, Any]:
    """What a command says with ``--json``."""
    environment = {**os.environ, "CNNLAB_HOME": home, "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-m", "cnnlab", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def networks() -> dict[str, Experiment]:
    """By what the report calls them."""
    return {
        "LeNet-5 on digits": Experiment().changed({**LENET, **ONE_THREAD}),
        "The honest network of the laboratory at its defaults": Setup().experiments()[HONEST].changed(ONE_THREAD),
    }


def trained(home: str, experiment: Experiment) -> dict[str, Any]:
    path = Path(home) / "experiment.yaml"
    path.write_text(experiment.to_yaml(), "utf-8")
    return cnnlab(home, "train", str(path))


def checked(home: str, experiment: Experiment, arguments: argparse.Namespace) -> dict[str, Any]:
    """What ``sanity`` says, with the run's accuracy and how long the network on shuffled labels learned."""
    run, shuffled = trained(home, experiment), trained(home, shuffled_experiment(experiment))
    chosen = ["--methods", arguments.methods] if arguments.methods else []
    numbers = ["--images", str(arguments.images), "--draws", str(arguments.draws)]
    found = cnnlab(home, "sanity", run["run_id"], *numbers, *chosen, "--labels", shuffled["run_id"])
    return {**found, "accuracy": run["test"]["accuracy"], "shuffled_epochs": shuffled["epochs"]}


def table(found: dict[str, Any]) -> str:
    header = [*COLUMNS, "shuffled labels", "their similarity"]
    text = "| " + " | ".join(header) + " |\n" + "|---" * len(header) + "|\n"
    for row in found["methods"]:
        by_depth, labels = row["by_depth"][row["measure"]], row["labels"]
        cells = [row["method"], f"**{row['outcome']}**", row["measure"], number(row["mean"]), interval(row)]
        cells += [number(by_depth[0]), number(by_depth[-1]), number(row["by_depth"]["ssim"][-1])]
        cells += [labels["outcome"], f"{number(labels['mean'])} ({interval(labels)})"] if labels else ["–", "–"]
        text += "| " + " | ".join(cells) + " |\n"
    return text


def number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def interval(row: dict[str, Any]) -> str:
    return f"{number(row['low'])} – {number(row['high'])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=32)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--methods", default="")
    arguments = parser.parse_args()
    command = f"python tests/benchmarks/sanity.py --images {arguments.images} --draws {arguments.draws}"
    command += f" --methods {arguments.methods}" if arguments.methods else ""
    text = report.heading("Sanity check", command, ("torch", "captum")) + (__doc__ or "").split("\n\n", 2)[2] + "\n"
    with tempfile.TemporaryDirectory() as home:
        for name, experiment in networks().items():
            found = checked(home, experiment, arguments)
            shuffled = found["labels"] or {}
            text += f"## {name}\n\nTest accuracy {100 * found['accuracy']:.1f} %; {len(found['images'])} test images, "
            text += (
                f"{found['draws']} draws, {len(found['layers'])} depths ({', '.join(found['layers'])}). The network on "
            )
            text += f"shuffled labels reached {100 * shuffled.get('train_accuracy', 0):.1f} % on them "
            text += f"in {found['shuffled_epochs']} epochs.\n\n{table(found)}\n"
            report.write("sanity", text)  # after each: a long benchmark may be cut short


if __name__ == "__main__":
    main()
