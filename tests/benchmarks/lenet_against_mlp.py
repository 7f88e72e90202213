"""Is LeNet-5's lead over a network without convolution real? Both on the whole of Fashion-MNIST, as a user trains them.

``python -m tests.benchmarks.lenet_against_mlp [--epochs 8] [--seed 0]``; CNNLAB_DATA names the folder with the images.
Each has the settings recommended for it and the same epochs; the best epoch on validation is measured on test. The
verdict is Compare's: McNemar's exact test on the same 10,000 test images. Writes docs/benchmarks/lenet_against_mlp.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cnnlab import recommended, worker
from cnnlab.evaluation.differences import pairs_of
from cnnlab.evaluation.paired import Pair
from cnnlab.evaluation.paired_words import sentence, turned
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.benchmarks import report

NETWORKS = {"lenet5": "LeNet-5", "mlp": "MLP"}


def trained(home: Home, architecture: str, epochs: int, seed: int) -> Journal:
    changes = {"data.dataset": "fashion_mnist", "training.epochs": epochs, "training.seed": seed}
    experiment = recommended.start(architecture).changed(changes)
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    if worker.run(journal, 1, home) is not RunState.FINISHED:
        raise SystemExit(f"{architecture} did not finish: {journal.status().reason}")
    return journal


def text(journals: list[Journal], pair: Pair, epochs: int, seed: int) -> str:
    names = list(NETWORKS.values())
    rows = [
        f"| {name} | {one.result()['parameters']:,} | {one.result()['best_epoch']} | "
        f"{100 * one.result()['test']['accuracy']:.2f} % |"
        for name, one in zip(names, journals, strict=True)
    ]
    command = f"python -m tests.benchmarks.lenet_against_mlp --epochs {epochs} --seed {seed}"
    best = pair if pair.difference >= 0 else turned(pair)
    head = report.heading("LeNet-5 against a network without convolution", command)
    table = "\n".join(["| network | parameters | best epoch | test accuracy |", "|---|---|---|---|", *rows])
    return f"{head}Fashion-MNIST, at most {epochs} epochs each, one seed.\n\n{table}\n\n{sentence(best, names, 'en')}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        journals = [trained(home, name, asked.epochs, asked.seed) for name in NETWORKS]
        (pair,) = pairs_of([journal.folder for journal in journals])
        found = text(journals, pair, asked.epochs, asked.seed)
    print(found)
    print(report.write("lenet_against_mlp", found))


if __name__ == "__main__":
    main()
