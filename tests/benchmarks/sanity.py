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

from tests.benchmarks import report  # noqa: E402

ONE_THREAD = ("training.threads=1",)
NETWORKS = {
    "LeNet-5 on digits": (
        "--dataset", "digits", "--architecture", "lenet5", "--set", "training.epochs=30",
    ),
    "ResNet-8 on shapes": (
        "--dataset", "shapes", "--architecture", "resnet8", "--set", "training.epochs=20",
        "--set", "training.learning_rate=0.01", "--set", "training.schedule.name=one_cycle",
        "--set", "training.early_stopping.patience=0",
    ),
}  # fmt: skip
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


def checked(home: str, settings: tuple[str, ...], arguments: argparse.Namespace) -> dict[str, Any]:
    """What ``sanity`` says, with the run's accuracy and that of the network on shuffled labels."""
    run = cnnlab(home, "train", *settings, "--set", "training.threads=1")
    shuffled = cnnlab(home, "train", *shuffled_settings(home, run["run_id"]))
    chosen = ["--methods", arguments.methods] if arguments.methods else []
    numbers = ["--images", str(arguments.images), "--draws", str(arguments.draws)]
    found = cnnlab(home, "sanity", run["run_id"], *numbers, *chosen, "--labels", shuffled["run_id"])
    return {**found, "accuracy": run["test"]["accuracy"], "shuffled_epochs": shuffled["epochs"]}


def shuffled_settings(home: str, run_id: str) -> list[str]:
    """The arguments that train what ``sanity --train-labels`` would queue."""
    from cnnlab.explain.sanity_labels import shuffled_experiment
    from cnnlab.home import Home
    from cnnlab.runs.journal import Journal

    experiment = shuffled_experiment(Journal.open(Home(Path(home)), run_id).experiment())
    path = Path(home) / "shuffled.yaml"
    path.write_text(experiment.to_yaml(), "utf-8")
    return [str(path)]


def table(found: dict[str, Any]) -> str:
    text = "| " + " | ".join([*COLUMNS, "shuffled labels", "their similarity"]) + " |\n" + "|---" * 10 + "|\n"
    for row in found["methods"]:
        by_depth, labels = row["by_depth"][row["measure"]], row["labels"]
        cells = [row["method"], f"**{row['outcome']}**", row["measure"], f"{row['mean']:.2f}"]
        cells += [f"{row['low']:.2f} – {row['high']:.2f}", f"{by_depth[0]:.2f}", f"{by_depth[-1]:.2f}"]
        cells += [f"{row['by_depth']['ssim'][-1]:.2f}"]
        cells += (
            [labels["outcome"], f"{labels['mean']:.2f} ({labels['low']:.2f} – {labels['high']:.2f})"]
            if labels
            else ["–", "–"]
        )
        text += "| " + " | ".join(cells) + " |\n"
    return text


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
        for name, settings in NETWORKS.items():
            found = checked(home, settings, arguments)
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
