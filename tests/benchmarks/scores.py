"""Scores of every method that suits, over test images, beside a random map and the edges; and what a card costs.

python tests/benchmarks/scores.py [--images 24] [--methods a,b]

Each network is trained as stated and graded by the command `score`. A cell is the mean over the images with its 95 %
bootstrap interval; an arrow shows which way is better. "Random" and "edges" count the scores in which a method is
better than that control by more than chance: the interval of the difference on the same images leaves out 0. The
maximum sensitivity has no control, and is left out for methods that take a minute. Scores say how well a map fits what
the network does; whether the network does the right thing, only the two with a mask say.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cnnlab.registry import registry  # noqa: E402
from tests.benchmarks import report  # noqa: E402

NETWORKS = {
    "Fast CNN on shapes": (
        "--dataset", "shapes", "--architecture", "fast_cnn", "--set", "training.epochs=10",
        "--set", "training.learning_rate=0.01", "--set", "training.schedule.name=one_cycle",
        "--set", "training.early_stopping.patience=0",
    ),
    "LeNet-5 on digits": (
        "--dataset", "digits", "--architecture", "lenet5", "--set", "training.epochs=30",
    ),
}  # fmt: skip
CARDS = (("lenet5", 48), ("resnet18", 224))
REPEATS = 2


def cnnlab(home: str, *arguments: str) -> dict[str, Any]:
    """What a command says with ``--json``."""
    environment = {**os.environ, "CNNLAB_HOME": home, "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-m", "cnnlab", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def graded(home: str, settings: tuple[str, ...], images: int, methods: str) -> dict[str, Any]:
    run = cnnlab(home, "train", *settings, "--set", "training.threads=1")
    started = time.time()
    found = cnnlab(home, "score", run["run_id"], "--methods", methods, "--images", str(images))
    return {**found, "accuracy": run["test"]["accuracy"], "seconds": time.time() - started}


def table(found: dict[str, Any]) -> str:
    names = [name for name in registry("score") if any(row["scores"][name]["count"] for row in found["methods"])]
    arrows = {"higher": "↑", "lower": "↓"}
    header = [f"{name} {arrows[registry('score')[name].facts['better']]}" for name in names]
    lines = ["| " + " | ".join(["method", *header, "random", "edges"]) + " |", "|---" * (len(names) + 3) + "|"]
    for row in found["methods"]:
        cells = [cell(row["scores"][name]) for name in names]
        beaten = [row.get(f"beats_{control}") for control in ("random", "edges")]
        cells += ["–" if one is None else f"{one['won']} of {one['of']}" for one in beaten]
        title = f"*{row['method']}*" if row["control"] else row["method"]
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join(lines) + "\n"


def cell(found: dict[str, Any]) -> str:
    if found["mean"] is None:
        return "–"
    return f"{found['mean']:.3f} ({found['low']:.3f} – {found['high']:.3f})"


def costs() -> str:
    """CPU seconds of one thread for the card of one map, with its controls, and of two."""
    import torch

    from cnnlab.explain.explain import explain_batch
    from cnnlab.explain.grading.scorecard import scorecards
    from cnnlab.tasks.classification import Classification
    from tests.explain.networks import built, images

    torch.set_num_threads(1)
    task, lines = Classification(), ["| network | Grad-CAM | Grad-CAM and saliency |", "|---|---|---|"]
    for name, side in CARDS:
        network, inputs = built(name, 3, side).eval(), images(1, 3, side)
        made = [explain_batch(network, task, inputs, targets=[0], method=m)[0] for m in ("grad_cam", "saliency")]
        spent = []
        for maps in (made[:1], made):
            times = []
            for _ in range(REPEATS):
                before = time.process_time()
                scorecards(network, task, inputs, maps)
                times.append(time.process_time() - before)
            spent.append(min(times))
        lines.append(f"| {name}, {side} × {side} | {spent[0]:.2f} s | {spent[1]:.2f} s |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=24)
    parser.add_argument("--methods", default="all")
    arguments = parser.parse_args()
    command = f"python tests/benchmarks/scores.py --images {arguments.images} --methods {arguments.methods}"
    text = report.heading("Scores of explanations", command, ("torch", "captum"))
    text += (__doc__ or "").split("\n\n", 2)[2] + "\n## What a scorecard costs\n\n"
    text += f"CPU seconds of one thread, least of {REPEATS}, with the three random maps and the edges. Networks with "
    text += f"random weights.\n\n{costs()}\n"
    report.write("scores", text)
    with tempfile.TemporaryDirectory() as home:
        for name, settings in NETWORKS.items():
            found = graded(home, settings, arguments.images, arguments.methods)
            text += f"## {name}\n\nTest accuracy {100 * found['accuracy']:.1f} %; {len(found['images'])} test images, "
            text += f"{found['seconds']:.0f} s.\n\n{table(found)}\n"
            report.write("scores", text)  # after each: a long benchmark may be cut short


if __name__ == "__main__":
    main()
