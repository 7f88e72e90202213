"""How many planted copies the search for duplicates finds, and how much else it calls one; and foreign images.

A network is trained for one epoch on each dataset; changed copies of training images are then looked for among
training images, and images of another dataset are planted among its test images. Writes docs/benchmarks/duplicates.md.

python tests/benchmarks/duplicates.py        (CNNLAB_DATA: a folder with MNIST/raw and FashionMNIST/raw)
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cnnlab import worker  # noqa: E402
from cnnlab.data.load import Dataset, load  # noqa: E402
from cnnlab.evaluation.duplicates import near  # noqa: E402
from cnnlab.evaluation.evaluate import dataset_of  # noqa: E402
from cnnlab.evaluation.features import features_of, last_layer  # noqa: E402
from cnnlab.evaluation.space.outliers import K, distances  # noqa: E402
from cnnlab.evaluation.trained import TrainedModel, load_trained  # noqa: E402
from cnnlab.experiment import Experiment  # noqa: E402
from cnnlab.home import Home  # noqa: E402
from cnnlab.runs.journal import Journal  # noqa: E402
from cnnlab.runs.process import ProcessIdentity  # noqa: E402
from cnnlab.runs.states import RunState  # noqa: E402
from tests.benchmarks import report  # noqa: E402

Pixels = NDArray[np.uint8]
BASE, COPIES, OTHERS = 6000, 200, 1000  # training images; copies a change; unchanged images that are asked about
DATASETS: dict[str, dict[str, object]] = {
    "digits": {},
    "mnist": {},
    "fashion_mnist": {},
    "shapes": {"model.architecture": "resnet8"},
}
FOREIGN = {"mnist": "fashion_mnist", "fashion_mnist": "mnist", "digits": "fashion_mnist"}


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        rows, far = [], []
        for name, changes in DATASETS.items():
            model, dataset = trained(name, changes, home)
            rows.append([name, *copies_found(model, dataset)])
            if name in FOREIGN:
                far.append([name, FOREIGN[name], *foreign_found(model, dataset, FOREIGN[name], home)])
    path = report.write("duplicates", text_of(rows, far))
    print(path.read_text("utf-8"))


def trained(name: str, changes: dict[str, object], home: Home) -> tuple[TrainedModel, Dataset]:
    plain = {"training.threads": 1, "training.device": "cpu", "data.dataset": name}
    epochs = 8 if name in ("digits", "shapes") else 1
    experiment = Experiment().changed({**plain, "training.epochs": epochs, **changes})
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    if worker.run(journal, 1, home) is not RunState.FINISHED:
        raise RuntimeError(journal.log_text())
    return load_trained(journal.folder), dataset_of(journal, home)


def copies_found(model: TrainedModel, dataset: Dataset) -> list[str]:
    """Recall of each change, precision, pairs of 1,000 unchanged images, seconds."""
    generator = np.random.default_rng(0)
    count = min(BASE, len(dataset.split.train))
    base = np.array(dataset.prepared.inputs[np.sort(generator.choice(dataset.split.train, count, replace=False))])
    chosen = generator.choice(count, min(COPIES, count // 5) * len(CHANGES), replace=False).reshape(len(CHANGES), -1)
    copies = [CHANGES[name](base[k], generator) for name, row in zip(CHANGES, chosen, strict=True) for k in row]
    images = np.concatenate([base, np.stack(copies)])
    planted = {(int(k), count + place): place // chosen.shape[1] for place, k in enumerate(chosen.flatten())}
    asked = np.concatenate([np.arange(min(OTHERS, count)), np.arange(count, len(images))])
    unit = features(model, images)
    began = time.perf_counter()
    found = near.near_duplicates(images, unit, asked)
    seconds = time.perf_counter() - began
    hits = [planted[pair.first, pair.second] for pair in found if (pair.first, pair.second) in planted]
    others = len(found) - len(hits)
    recall = np.bincount(np.array(hits, np.int64), minlength=len(CHANGES)) / chosen.shape[1]
    precision = len(hits) / max(1, len(found))
    shown = [f"{one:.2f}" for one in recall]
    return [*shown, f"{precision:.3f}", f"{1000 * others / len(asked):.1f}", f"{seconds:.0f}"]


def foreign_found(model: TrainedModel, dataset: Dataset, foreign: str, home: Home) -> list[str]:
    """AUROC of the distance, the share of each kind that is called an outlier."""
    size, channels = dataset.kind.shape[1], dataset.kind.shape[0]
    spec = Experiment().changed({"data.dataset": foreign, "data.image_size": size, "data.channels": channels}).data
    other = load(spec, home).prepared.inputs[:1000]
    own = np.array(dataset.prepared.inputs[dataset.split.test[:1000]])
    training = features(model, np.array(dataset.prepared.inputs[dataset.split.train[:20000]]))
    unit = features(model, np.concatenate([own, other]))
    distance, threshold, _ = distances(unit, training, K)
    is_foreign = np.arange(len(unit)) >= len(own)
    area = roc_auc_score(is_foreign, distance)
    called = [f"{float((distance[part] > threshold).mean()):.3f}" for part in (~is_foreign, is_foreign)]
    return [f"{area:.3f}", *called]


def features(model: TrainedModel, images: Pixels) -> NDArray[np.float32]:
    inputs = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
    layer = last_layer(model.network, inputs)
    pieces = [features_of(model.network, inputs[k : k + 500], layer) for k in range(0, len(inputs), 500)]
    return np.concatenate(pieces)


def same(image: Pixels, _: np.random.Generator) -> Pixels:
    return image


def mirrored(image: Pixels, _: np.random.Generator) -> Pixels:
    return image[:, ::-1]


def brightened(image: Pixels, generator: np.random.Generator) -> Pixels:
    gain, offset = generator.uniform(0.7, 1.3), generator.uniform(-20, 20)
    return np.clip(image.astype(np.float32) * gain + offset, 0, 255).astype(np.uint8)


def cut(image: Pixels, generator: np.random.Generator) -> Pixels:
    side = image.shape[0]
    lost = max(1, round(side * generator.uniform(0.05, 0.2)))
    x, y = generator.integers(0, lost + 1, 2).tolist()
    window = picture(image).crop((x, y, x + side - lost, y + side - lost))
    return pixels(window.resize((side, side), Image.Resampling.BILINEAR), image)


def recoded(image: Pixels, _: np.random.Generator) -> Pixels:
    buffer = io.BytesIO()
    picture(image).save(buffer, "JPEG", quality=50)
    return pixels(Image.open(buffer), image)


def picture(image: Pixels) -> Image.Image:
    return Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)


def pixels(made: Image.Image, like: Pixels) -> Pixels:
    return np.asarray(made, np.uint8).reshape(like.shape)


CHANGES: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "same": same,
    "recoded (JPEG, 50)": recoded,
    "brightened": brightened,
    "mirrored": mirrored,
    "cut (5 to 20 %)": cut,
}


def table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows))


def text_of(rows: list[list[str]], far: list[list[str]]) -> str:
    found = table(["dataset", *CHANGES, "precision", "others a 1,000", "seconds"], rows)
    foreign = table(["trained on", "foreign", "AUROC", "own called outliers", "foreign called outliers"], far)
    return (
        report.heading("Duplicates and outliers that are found", "python tests/benchmarks/duplicates.py")
        + f"""## Near-duplicates
Changed copies of training images ({COPIES} a change, fewer where there are not as many) among up to {BASE:,} training
images; the columns of changes are recall. Asked about are the copies and up to {OTHERS:,} unchanged images.
Precision is of all pairs that were found; "others a 1,000" are pairs that nobody planted, of 1,000 images asked about,
some of which may be real near-duplicates of the dataset. One thread; LeNet-5 (resnet8 on shapes), few epochs.
Thresholds: agreement at least {near.WHOLE_AGREEMENT} (cut {near.CUT_AGREEMENT}), what is missing to 1 at most
{near.WHOLE_RATIO} (cut {near.CUT_RATIO}) of what the median candidate misses. They were chosen on other draws of MNIST,
FashionMNIST, digits and CIFAR-10, and favour precision: of images of few pixels a cut copy is hardly told from another
image of its class.

{found}

## Foreign images
Up to 1,000 test images and 1,000 of another dataset, by the distance to the {K}th nearest of up to 20,000 training
features. About 1 % of the own images are called outliers by construction of the threshold.

{foreign}
"""
    )


if __name__ == "__main__":
    main()
