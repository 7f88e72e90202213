"""The product's training path beside plain PyTorch loops, in CPU time, interleaved in one process.

    python tests/benchmarks/training.py [--pairs 7] [--epochs 2]

Compared, on the training split of MNIST with LeNet-5, Adam, batches of 128 and one thread:

* ``product``: ``cnnlab.worker.run`` with its journal, checkpoints, MLflow publishing and early stopping, from the
  first training step to the end of the last validation (CPU time of all its threads);
* ``tuned``: a hand-written loop with the same resident uint8 input, channels_last, precision and fused optimizer,
  which also validates every epoch and keeps the best weights, from its first step to its last validation;
* ``textbook``: ``DataLoader`` over torchvision's MNIST with PIL transforms, as tutorials have it;
* both with random crop, flip and rotation (``product_augmented``, ``textbook_augmented``).
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

from cnnlab import worker
from cnnlab.data.load import Dataset, load
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.training.fit import Step
from tests.benchmarks import report

BATCH = 128
AUGMENTATION = {"crop": 4, "horizontal_flip": 0.5, "rotation": 15}


def experiment(epochs: int, *, augmented: bool = False) -> Experiment:
    return Experiment().changed(
        {
            "data.dataset": "mnist",
            "data.augmentation": AUGMENTATION if augmented else {},
            "training.epochs": epochs,
            "training.batch_size": BATCH,
            "training.threads": 1,
            "training.early_stopping.patience": epochs + 1,
        }
    )


def product(home: Home, epochs: int, *, augmented: bool = False) -> float:
    """CPU seconds from the first step to the end of the last epoch."""
    marks: list[float] = []

    def mark(event: object) -> None:
        if (isinstance(event, Step) and event.epoch == 1 and event.step == 1) or hasattr(event, "metrics"):
            marks.append(time.process_time())

    journal = Journal.create(home, experiment(epochs, augmented=augmented))
    state = worker.run(journal, 1, home, report=mark)
    if state is not RunState.FINISHED:
        raise SystemExit(f"the product's run ended {state}: {journal.log_text()}")
    return marks[-1] - marks[0]


def tuned(data: Dataset, epochs: int) -> float:
    """The same work by hand."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    spec = experiment(epochs)
    network = build_network(spec.model, data.kind, data.outputs.count, (0.0,), (1.0,)).body
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    x, y = resident(data.train)
    x_val, y_val = resident(data.validation)
    scale, shift = 1 / (255 * data.std[0]), -data.mean[0] / data.std[0]
    best, best_weights, start = float("inf"), None, None
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
        total = torch.zeros((), dtype=torch.float64)
        for first in range(0, len(x), BATCH):
            index = order[first : first + BATCH]
            inputs = x.index_select(0, index).permute(0, 3, 1, 2).float().mul_(scale).add_(shift)
            loss = F.cross_entropy(network(inputs), y.index_select(0, index))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            total.add_(loss.detach(), alpha=len(index))
            start = start or time.process_time()
        network.eval()
        val_loss, right = 0.0, 0
        with torch.inference_mode():
            for first in range(0, len(x_val), 256):
                rows = slice(first, first + 256)
                raw = network(x_val[rows].permute(0, 3, 1, 2).float().mul_(scale).add_(shift))
                val_loss += float(F.cross_entropy(raw, y_val[rows], reduction="sum"))
                right += int((raw.argmax(1) == y_val[rows]).sum())
        if val_loss < best:
            best, best_weights = val_loss, copy.deepcopy(network.state_dict())
    if best_weights is None or start is None:
        raise SystemExit("the hand-written loop did not train")
    return time.process_time() - start


def resident(samples: object) -> tuple[torch.Tensor, torch.Tensor]:
    """A split's pixels [N, H, W, C] and labels as two tensors."""
    batch = next(iter(samples.batches(len(samples), seed=None)))  # type: ignore[attr-defined, arg-type]
    return batch.inputs.permute(0, 2, 3, 1).contiguous(), batch.targets


def textbook(home: Home, data: Dataset, epochs: int, *, augmented: bool = False) -> float:
    """As tutorials write it; validation left out, which is in its favour."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    steps: list[Callable[..., object]] = []
    if augmented:
        crop = transforms.RandomCrop(28, padding=AUGMENTATION["crop"])
        steps += [crop, transforms.RandomHorizontalFlip(), transforms.RandomRotation(AUGMENTATION["rotation"])]
    steps += [transforms.ToTensor(), transforms.Normalize(data.mean, data.std)]
    everything = datasets.MNIST(str(mnist_root(home)), train=True, download=True, transform=transforms.Compose(steps))
    training = Subset(everything, data.split.train.tolist())
    loader = DataLoader(training, batch_size=BATCH, shuffle=True)
    spec = experiment(epochs)
    network: nn.Module = build_network(spec.model, data.kind, data.outputs.count, (0.0,), (1.0,)).body
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    start = None
    for _ in range(epochs):
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(network(inputs), labels)
            loss.backward()
            optimizer.step()
            loss.item()
            start = start or time.process_time()
    return time.process_time() - (start or 0.0)


def mnist_root(home: Home) -> Path:
    """A writable folder with MNIST's original files, where torchvision downloads nothing."""
    import shutil

    root = home.root / "textbook"
    source = next(path for path in home.cache.rglob("train-images-idx3-ubyte*") if path.is_file()).parent
    if not root.exists():
        shutil.copytree(source, root / "MNIST" / "raw")
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).ensure()
        data = load(experiment(1).data, home)
        product(home, 1)  # imports, the database and the allocator are warm in both
        tuned(data, 1)
        rows = measure(home, data, arguments.pairs, arguments.epochs)
    text = report.heading("Training speed", f"python tests/benchmarks/training.py --pairs {arguments.pairs}")
    text += describe(rows, arguments.epochs)
    print(text)
    print(report.write("training", text))


def measure(home: Home, data: Dataset, pairs: int, epochs: int) -> list[dict[str, float]]:
    rows = []
    for number in range(pairs):
        row = {"product": product(home, epochs), "tuned": tuned(data, epochs)}
        row["textbook"] = textbook(home, data, 1) * epochs
        row["product_augmented"] = product(home, epochs, augmented=True)
        row["textbook_augmented"] = textbook(home, data, 1, augmented=True) * epochs
        rows.append(row)
        print(number + 1, {name: round(value, 2) for name, value in row.items()}, file=sys.stderr, flush=True)
    return rows


def describe(rows: list[dict[str, float]], epochs: int) -> str:
    ratios = {
        "tuned / product (bar: at least 0.95)": [row["tuned"] / row["product"] for row in rows],
        "textbook / product (bar: at least 2.5)": [row["textbook"] / row["product"] for row in rows],
        "the same with crop, flip, rotation (bar: at least 4)": [
            row["textbook_augmented"] / row["product_augmented"] for row in rows
        ],
    }
    text = (__doc__ or "").split("\n\n", 2)[2] + f"\n{len(rows)} interleaved rounds, {epochs} epochs each.\n\n"
    text += "| CPU-time ratio | median | lowest | highest |\n|---|---|---|---|\n"
    for name, values in ratios.items():
        text += f"| {name} | **{statistics.median(values):.2f}** | {min(values):.2f} | {max(values):.2f} |\n"
    text += "\n| CPU seconds | " + " | ".join(rows[0]) + " |\n|---" * 1 + "|---" * len(rows[0]) + "|\n"
    for number, row in enumerate(rows, start=1):
        text += f"| round {number} | " + " | ".join(f"{value:.2f}" for value in row.values()) + " |\n"
    return text


if __name__ == "__main__":
    main()
