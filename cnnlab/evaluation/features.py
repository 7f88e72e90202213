"""What a network makes of images just before it decides: the input of its last layer, of a whole split.

Computed once for a run's weights and a split and kept in the home's cache as a memory-mapped array of unit vectors, so
that the training images nearest to another image (by cosine) are a matrix product away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnlab.data.load import Dataset
from cnnlab.data.samples import ArraySamples
from cnnlab.data.types import Progress
from cnnlab.errors import DataError, RunError
from cnnlab.evaluation.evaluate import samples_of
from cnnlab.evaluation.trained import TrainedModel, load_trained, weights_fingerprint
from cnnlab.explain.borrow import borrowed
from cnnlab.home import Home, write_atomically
from cnnlab.models.network import Network
from cnnlab.runs.journal import Journal
from cnnlab.training import runtime
from cnnlab.training.measure import evaluation_size
from cnnlab.training.threads import own_threads

KEPT = 24  # splits whose features stay in the cache: three of eight runs
_VERSION = 1  # raise it when the features change
_ENDS = (nn.Linear, nn.Conv1d, nn.Conv2d)

Unit = NDArray[np.float16]  # [N, D], each row of length 1 (0 where the network says nothing)


@dataclass(frozen=True)
class Features:
    """Of a split, in its order. ``layer``: whose input they are; "" the network's raw outputs."""

    unit: Unit
    labels: NDArray[np.int64]  # [N]
    layer: str

    def nearest(self, query: NDArray[np.floating[Any]], label: int, count: int) -> list[tuple[int, float]]:
        """(row, cosine) of the ``count`` nearest samples of class ``label`` to the unit vector ``query`` [D]."""
        rows = np.flatnonzero(self.labels == label)
        cosines = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), 4096):  # in pieces: the array is mapped, and may be larger than the memory
            piece = rows[start : start + 4096]
            cosines[start : start + 4096] = self.unit[piece].astype(np.float32) @ query.astype(np.float32)
        best = np.lexsort((rows, -cosines))[:count]
        return [(int(rows[place]), float(cosines[place])) for place in best]


def stored(journal: Journal, dataset: Dataset, home: Home, split: str = "train") -> Features | None:
    """The features of the run's best weights where they have been computed; ``None`` too for damaged files."""
    folder = _folder(journal, dataset, home, split)
    try:
        said = json.loads((folder / "features.json").read_text("utf-8"))
        unit = np.load(folder / f"{split}.npy", mmap_mode="r", allow_pickle=False)
        labels = _labels(samples_of(dataset, split))
        if unit.shape != (len(labels), said["width"]) or unit.dtype != np.float16:
            return None
        return Features(unit, labels, str(said["layer"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None


def training_features(journal: Journal, dataset: Dataset, home: Home, *, progress: Progress | None = None) -> Features:
    """``split_features`` of the training split."""
    return split_features(journal, dataset, home, "train", progress=progress)


def split_features(
    journal: Journal, dataset: Dataset, home: Home, split: str, *, progress: Progress | None = None
) -> Features:
    """Those stored, else computed now, on the run's own device, and stored.

    ``progress`` may raise, to end it. Raises ``RunError`` ("model_missing", "model_broken", "unknown_split"),
    ``DataError`` ("no_test_split", "split_is_empty").
    """
    samples = samples_of(dataset, split)
    if len(samples) == 0:
        code = "no_test_split" if split == "test" else "split_is_empty"
        raise DataError(code, field=f"data.split.{split}", value=split)
    found = stored(journal, dataset, home, split)
    if found is not None:
        return found
    folder = _folder(journal, dataset, home, split)
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.new")
    making.mkdir(parents=True)
    try:
        _compute(load_trained(journal.folder), samples, making / f"{split}.npy", progress)
        if folder.exists():  # damaged, or another process was faster
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            making.rename(folder)
        found = stored(journal, dataset, home, split)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _forget_old(folder.parent)
    if found is None:
        raise RunError("features_gone", field=str(folder.parent), value=journal.run_id)
    return found


def features_of(network: Network, inputs: Tensor, layer: str) -> NDArray[np.float32]:
    """[N, D] unit vectors of ``inputs`` [N, C, H, W] uint8. Safe from several threads with one network."""
    with borrowed(network) as lent, torch.no_grad():
        return _unit(_caught(lent, inputs.to(lent.mean.device), layer)).cpu().numpy()


def last_layer(network: Network, inputs: Tensor) -> str:
    """The layer whose input is called the features: the last with weights that a pass comes to; "" where none is."""
    heads = {name for name in network.head if name in dict(network.named_modules())}
    found = [""]

    def remember(name: str) -> Callable[..., None]:
        return lambda *_: found.append(name)

    looked = [(name, m) for name, m in network.named_modules() if isinstance(m, _ENDS) or name in heads]
    handles = [module.register_forward_pre_hook(remember(name)) for name, module in looked]
    try:
        with torch.no_grad():
            network(inputs[:1])
    finally:
        for handle in handles:
            handle.remove()
    return found[-1]


def _compute(model: TrainedModel, samples: ArraySamples, path: Path, progress: Progress | None) -> None:
    spec = model.experiment.training
    with own_threads():
        where = runtime.prepare(spec)
        network = model.network
        where.place(network)
        size = evaluation_size(samples, spec.batch_size)
        layer, array = "", None
        for step, batch in enumerate(samples.to(where.device).batches(size, seed=None)):
            if progress is not None:
                progress("progress.features", step * size, len(samples))
            if array is None:
                layer = last_layer(network, batch.inputs)
            with torch.inference_mode():
                rows = _unit(_caught(network, batch.inputs, layer)).cpu().numpy().astype(np.float16)
            if array is None:
                shape = (len(samples), rows.shape[1])
                array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
            array[step * size : step * size + len(rows)] = rows
    if array is None:
        raise RunError("features_gone", field="data.split", value=path.stem)
    array.flush()
    write_atomically(path.with_name("features.json"), json.dumps({"layer": layer, "width": array.shape[1]}))


def _caught(network: nn.Module, inputs: Tensor, layer: str) -> Tensor:
    """[N, D] float32: the input of ``layer``, averaged over places; the raw outputs for ""."""
    caught: list[Tensor] = []
    if not layer:
        caught.append(network(inputs))
    else:
        handle = network.get_submodule(layer).register_forward_pre_hook(lambda _, given: caught.append(given[0]))
        try:
            network(inputs)
        finally:
            handle.remove()
    values = caught[-1].float()
    if values.ndim == 4:
        return values.mean((2, 3))
    return values.mean(1) if values.ndim == 3 else values.flatten(1)


def _unit(values: Tensor) -> Tensor:
    return values / values.norm(dim=1, keepdim=True).clamp(min=1e-12)


def _labels(samples: ArraySamples) -> NDArray[np.int64]:
    targets = samples.targets
    assert isinstance(targets, Tensor), "features are looked up by class"  # noqa: S101
    return targets.cpu().numpy()


def _folder(journal: Journal, dataset: Dataset, home: Home, split: str) -> Path:
    """Named by the weights, the data and the split."""
    digest = hashlib.sha256(
        f"{_VERSION} {weights_fingerprint(journal.folder)} {dataset.fingerprint} {dataset.kind}".encode()
    )
    if split != "train":
        digest.update(f" {split} ".encode())
    digest.update(np.ascontiguousarray(getattr(dataset.split, split)).tobytes())
    return home.cache / "features" / digest.hexdigest()[:32]


def _forget_old(folder: Path) -> None:
    known = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    known.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in known[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
