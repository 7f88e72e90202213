"""The product's training path beside plain PyTorch loops, in CPU time, interleaved in one process.

    python tests/benchmarks/training.py [--pairs 7] [--epochs 2]

LeNet-5, Adam, batches of 128, one thread, on two datasets: MNIST (28 px, grey) and the product's own shapes (32 px,
RGB, 12,000 images, the size of CIFAR's). Compared, all with a validation pass an epoch:

* `product`: `cnnlab.worker.run` with its journal, checkpoints, MLflow publishing and early stopping, from the first
  training step to the end of the last validation (CPU time of all its threads);
* `tuned`: a hand-written loop with the same resident uint8 input, channels_last, precision and fused optimizer,
  which keeps the best weights, over the same stretch;
* `textbook`: a `DataLoader` without worker processes over PIL images with torchvision's v2 transforms, as
  torchvision's documentation has it (one epoch, times the number of epochs);
* `augmented`: product and textbook with random crop, horizontal flip and rotation.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from cnnlab import worker
from cnnlab.data.load import Dataset, load
from cnnlab.data.samples import ArraySamples
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.training.fit import EpochResult, Step
from tests.benchmarks import report

BATCH = 128
AUGMENTATION = {"crop": 4, "horizontal_flip": 0.5, "rotation": 15}
DATASETS: dict[str, dict[str, Any]] = {
    "mnist": {"data.dataset": "mnist"},
    "shapes": {"data.dataset": "shapes", "data.options": {"samples": 12_000, "size": 32}},
}


def experiment(dataset: str, epochs: int, *, augmented: bool = False) -> Experiment:
    return Experiment().changed(
        {
            **DATASETS[dataset],
            "data.augmentation": AUGMENTATION if augmented else {},
            "training.epochs": epochs,
            "training.batch_size": BATCH,
            "training.threads": 1,
            "training.early_stopping.patience": epochs + 1,
        }
    )


def product(home: Home, dataset: str, epochs: int, *, augmented: bool = False) -> float:
    """CPU seconds from the first step to the end of the last epoch."""
    marks: list[float] = []

    def mark(event: object) -> None:
        first = isinstance(event, Step) and event.epoch == 1 and event.step == 1
        if first or isinstance(event, EpochResult):
            marks.append(time.process_time())

    journal = Journal.create(home, experiment(dataset, epochs, augmented=augmented))
    state = worker.run(journal, 1, home, report=mark)
    if state is not RunState.FINISHED:
        raise SystemExit(f"the product's run ended {state}: {journal.log_text()}")
    return marks[-1] - marks[0]


def bare_network(dataset: str, data: Dataset) -> nn.Module:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    channels = data.kind.shape[0]
    spec = experiment(dataset, 1).model
    return build_network(spec, data.kind, data.outputs.count, (0.0,) * channels, (1.0,) * channels).body


def tuned(dataset: str, data: Dataset, epochs: int) -> float:
    """The same work by hand."""
    network = bare_network(dataset, data).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    x, y = resident(data.train)
    x_val, y_val = resident(data.validation)
    mean, std = (torch.tensor(value).view(1, -1, 1, 1) for value in (data.mean, data.std))
    scale, shift = 1 / (255 * std), -mean / std
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
        val_loss = validated(network, x_val, y_val, scale, shift)
        if val_loss < best:
            best, best_weights = val_loss, copy.deepcopy(network.state_dict())
    if best_weights is None or start is None:
        raise SystemExit("the hand-written loop did not train")
    return time.process_time() - start


def validated(network: nn.Module, x: Tensor, y: Tensor, scale: Tensor, shift: Tensor) -> float:
    network.eval()
    loss, right = 0.0, 0
    with torch.inference_mode():
        for first in range(0, len(x), 256):
            rows = slice(first, first + 256)
            raw = network(x[rows].permute(0, 3, 1, 2).float().mul_(scale).add_(shift))
            loss += float(F.cross_entropy(raw, y[rows], reduction="sum"))
            right += int((raw.argmax(1) == y[rows]).sum())
    return loss / len(x)


def resident(samples: ArraySamples) -> tuple[Tensor, Tensor]:
    """A split's pixels [N, H, W, C] and labels as two tensors."""
    batch = next(iter(samples.batches(len(samples), seed=None)))
    return batch.inputs.permute(0, 2, 3, 1).contiguous(), batch.targets


class PictureSet(torch.utils.data.Dataset[Any]):
    """As torchvision's MNIST and CIFAR classes hold theirs: an array, a PIL image for each item, then transforms."""

    def __init__(self, samples: ArraySamples, transform: v2.Compose) -> None:
        pixels, labels = resident(samples)
        self.pixels, self.labels, self.transform = pixels.squeeze(-1).numpy(), labels.tolist(), transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[index])), self.labels[index]


def textbook(dataset: str, data: Dataset, *, augmented: bool = False) -> float:
    """One epoch as tutorials write it."""
    random = [v2.RandomCrop(data.kind.shape[1], padding=4), v2.RandomHorizontalFlip(), v2.RandomRotation(15)]
    plain = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(data.mean, data.std)]
    training = PictureSet(data.train, v2.Compose([*random, *plain] if augmented else plain))
    loader = DataLoader(training, batch_size=BATCH, shuffle=True)
    validation = DataLoader(PictureSet(data.validation, v2.Compose(plain)), batch_size=BATCH)
    network = bare_network(dataset, data)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    start = time.process_time()
    network.train()
    running, right = 0.0, 0
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(network(inputs), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    network.eval()
    with torch.no_grad():
        for inputs, labels in validation:
            right += int((network(inputs).argmax(1) == labels).sum())
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    command = f"python tests/benchmarks/training.py --pairs {arguments.pairs} --epochs {arguments.epochs}"
    text = report.heading("Training speed", command) + (__doc__ or "").split("\n\n", 2)[2]
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).ensure()
        for dataset in DATASETS:
            data = load(experiment(dataset, 1).data, home)
            product(home, dataset, 1)  # imports, the database and the allocator are warm in both
            tuned(dataset, data, 1)
            rows = [measured(home, dataset, data, arguments.epochs) for _ in range(arguments.pairs)]
            text += described(dataset, rows, arguments.epochs)
    print(text)
    print(report.write("training", text))


def measured(home: Home, dataset: str, data: Dataset, epochs: int) -> dict[str, float]:
    row = {"product": product(home, dataset, epochs), "tuned": tuned(dataset, data, epochs)}
    row["textbook"] = textbook(dataset, data) * epochs
    row["product augmented"] = product(home, dataset, epochs, augmented=True)
    row["textbook augmented"] = textbook(dataset, data, augmented=True) * epochs
    print(dataset, {name: round(value, 2) for name, value in row.items()}, file=sys.stderr, flush=True)
    return row


def described(dataset: str, rows: list[dict[str, float]], epochs: int) -> str:
    ratios = {
        "tuned / product": [row["tuned"] / row["product"] for row in rows],
        "textbook / product": [row["textbook"] / row["product"] for row in rows],
        "textbook / product, augmented": [row["textbook augmented"] / row["product augmented"] for row in rows],
    }
    text = f"\n## {dataset}\n\n{len(rows)} interleaved rounds of {epochs} epochs.\n\n"
    text += "| CPU-time ratio | median | lowest | highest |\n|---|---|---|---|\n"
    for name, values in ratios.items():
        text += f"| {name} | **{statistics.median(values):.2f}** | {min(values):.2f} | {max(values):.2f} |\n"
    text += "\n| CPU seconds | " + " | ".join(rows[0]) + " |\n|---" + "|---" * len(rows[0]) + "|\n"
    for number, row in enumerate(rows, start=1):
        text += f"| round {number} | " + " | ".join(f"{value:.2f}" for value in row.values()) + " |\n"
    return text


if __name__ == "__main__":
    main()
