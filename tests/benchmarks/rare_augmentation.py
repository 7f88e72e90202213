"""Does it help the rare classes to be augmented more? Fashion-MNIST made long-tailed, one remedy after the other.

``python -m tests.benchmarks.rare_augmentation [--seeds 3] [--epochs 30]``; CNNLAB_DATA names the folder of images.
Training images fall from 1,000 of the commonest class to 20 of the rarest (exponentially, Cui et al. 2019); which class
is rare is drawn by the seed. The test split is the whole official one. Each remedy is the one that Groups offers, with
LeNet-5 and its recommended settings. The four rarest classes are the rare ones; they are compared image by image, as
Groups compares a run with its remedy (McNemar's exact test). Writes docs/benchmarks/rare_augmentation.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from cnnlab import recommended, worker
from cnnlab.data.load import load
from cnnlab.data.splits import SplitIndex
from cnnlab.evaluation.groups.remedies import in_group, remedied
from cnnlab.evaluation.judged import Judged, judged
from cnnlab.evaluation.paired import Pair, holm
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.benchmarks import report

MOST, LEAST, RARE = 1000, 20, 4
TWICE = {
    "data.augmentation.rotation": 20.0,
    "data.augmentation.translation": 0.2,
    "data.augmentation.scaling": 0.2,
    "data.augmentation.brightness": 0.4,
    "data.augmentation.contrast": 0.4,
}
ARMS: dict[
    str, tuple[tuple[str, ...], dict[str, float]]
] = {  # name -> the remedies that lead to it, and what is changed beyond them
    "nothing": ((), {}),
    "class_weights": (("class_weights",), {}),
    "class_sampler": (("class_sampler",), {}),
    "augmented_sampler": (("augmented_sampler",), {}),
    "rare_augmented": (("rare_augmented",), {}),
    "rare_augmented after augmented_sampler": (("augmented_sampler", "rare_augmented"), {}),
    "the same, twice as far": (("augmented_sampler", "rare_augmented"), TWICE),
}
PAIRS = (
    ("augmented_sampler", "class_sampler"),
    ("rare_augmented", "class_sampler"),
    ("rare_augmented", "augmented_sampler"),
    ("rare_augmented after augmented_sampler", "augmented_sampler"),
)


def long_tailed(home: Home, experiment: Experiment, seed: int) -> tuple[SplitIndex, list[int]]:
    """The split, and its classes from the commonest to the rarest; validation is as uneven as training."""
    whole = load(experiment.data, home)
    labels = np.asarray(whole.prepared.targets)
    rng = np.random.default_rng(seed)
    order = rng.permutation(whole.outputs.count)
    train, validation = [], []
    for rank, label in enumerate(order):
        count = round(MOST * (LEAST / MOST) ** (rank / (len(order) - 1)))
        for part, index, wanted in (
            (train, whole.split.train, count),
            (validation, whole.split.validation, count // 4),
        ):
            part.append(rng.choice(index[labels[index] == label], wanted, replace=False))
    parts = [np.sort(np.concatenate(part)).astype(np.int64) for part in (train, validation)]
    return SplitIndex(*parts, whole.split.test), order.tolist()


def trained(home: Home, experiment: Experiment, split: SplitIndex) -> Judged:
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    split.save(journal.folder / "split.npz")
    if worker.run(journal, 1, home) is not RunState.FINISHED:
        raise SystemExit(f"a run did not finish: {journal.status().reason}")
    return judged(journal, home)


def recall(found: Judged, classes: list[int]) -> float:
    """Mean over the classes."""
    return float(np.mean([found.right[found.labels == label].mean() for label in classes]))


def experiment_of(arm: str, plain: Experiment) -> Experiment:
    names, changes = ARMS[arm]
    for name in names:
        plain = remedied(plain, name)
    return plain.changed(changes)


def measure(home: Home, seed: int, epochs: int) -> tuple[dict[str, tuple[float, ...]], dict[tuple[str, str], Pair]]:
    changes = {"data.dataset": "fashion_mnist", "training.epochs": epochs, "training.seed": seed, "training.threads": 1}
    plain = recommended.start("lenet5").changed({**changes, "data.augmentation": {}, "data.balance": "none"})
    split, order = long_tailed(home, plain, seed)
    said = {}
    for arm in ARMS:
        said[arm] = trained(home, experiment_of(arm, plain), split)
        print(seed, arm, recall(said[arm], order[-RARE:]), recall(said[arm], order), flush=True)
    shares = {arm: tuple(recall(one, part) for part in (order[-RARE:], order[:3], order)) for arm, one in said.items()}
    rare = np.isin(said["nothing"].labels, order[-RARE:])
    pairs = {(a, b): in_group(said[b], said[a], rare) for a, b in PAIRS}
    return shares, {key: pair for key, pair in pairs.items() if pair is not None}


def text(
    seeds: int, epochs: int, shares: list[dict[str, tuple[float, ...]]], pairs: list[dict[tuple[str, str], Pair]]
) -> str:
    rows = []
    for arm in ARMS:
        cells = [[100 * one[arm][place] for one in shares] for place in range(3)]
        rows.append(
            f"| {arm} | " + " | ".join(f"{np.mean(c):.1f} ({min(c):.1f} to {max(c):.1f})" for c in cells) + " |"
        )
    tests = []
    for a, b in PAIRS:
        found = [one[a, b] for one in pairs]
        adjusted = holm([pair.p_value for pair in found])
        for seed, (pair, p) in enumerate(zip(found, adjusted, strict=True)):
            interval = f"{100 * pair.low:.1f} to {100 * pair.high:.1f}"
            real = "real" if p < 0.05 else "may be chance"
            tests.append(f"| {a} - {b} | {seed} | {100 * pair.difference:+.1f} | {interval} | {p:.3g} | {real} |")
    head = report.heading(
        "Augmenting the rare classes more",
        f"python -m tests.benchmarks.rare_augmentation --seeds {seeds} --epochs {epochs}",
    )
    return (
        f"{head}Fashion-MNIST, training images from {MOST} of the commonest class to {LEAST} of the rarest, LeNet-5, "
        f"{epochs} epochs at most, the official 10,000 test images. Mean recall in per cent, mean over {seeds} seeds "
        f"(smallest to largest); the seed also draws which classes are rare.\n\n"
        f"| remedy | {RARE} rarest classes | 3 commonest | all ten |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
        f"On the test images of the {RARE} rarest classes, image by image: the difference in points, its 95 % "
        "interval, McNemar's exact test, corrected over the seeds (Holm).\n\n"
        "| pair | seed | points | 95 % | p | |\n|---|---|---|---|---|---|\n" + "\n".join(tests) + "\n\n"
        f"{verdict([one['rare_augmented', 'augmented_sampler'] for one in pairs])}\n"
    )


def verdict(found: list[Pair]) -> str:
    adjusted = holm([pair.p_value for pair in found])
    worse = sum(pair.difference < 0 and p < 0.05 for pair, p in zip(found, adjusted, strict=True))
    said = (
        f"In {worse} of {len(found)} seeds, altering the rare more (and the commonest not at all) is really worse for "
        "the rare classes than altering all alike."
    )
    if 2 * worse <= len(found):
        return said
    return (
        f"{said} What may explain it: where only rare images are altered, being altered says that an image is rare, "
        "and test images are not altered."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        measured = [measure(home, seed, asked.epochs) for seed in range(asked.seeds)]
    found = text(asked.seeds, asked.epochs, [one for one, _ in measured], [two for _, two in measured])
    print(found)
    print(report.write("rare_augmentation", found))


if __name__ == "__main__":
    main()
