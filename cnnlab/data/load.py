"""From a description of data to splits that are an index away from a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnlab.data import catalogue, statistics
from cnnlab.data.prepare import form_of, prepare, split_of
from cnnlab.data.samples import ArraySamples
from cnnlab.data.splits import Index, SplitIndex
from cnnlab.data.store import Form, Prepared
from cnnlab.data.types import Batch, InputKind, OutputSpec, Progress
from cnnlab.errors import DataError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home

_LABELS = 0x1AB  # tells the draw of shuffled labels from that of the split


@dataclass(frozen=True)
class GroundTruth:
    """Where the object of each sample is, in the prepared geometry; the boxes are of the object alone."""

    masks: NDArray[np.uint8]  # [N, H, W]: 1 inside, 2 where a cue was planted beside it
    boxes: NDArray[np.int32]  # [N, 4] x0, y0, x1, y1; the last two exclusive


@dataclass(frozen=True)
class Dataset:
    """A loaded dataset. Indexes in batches, ``files`` and ``ground_truth`` count in the whole of it."""

    name: str
    fingerprint: str
    kind: InputKind
    outputs: OutputSpec
    train: ArraySamples
    validation: ArraySamples
    test: ArraySamples
    mean: tuple[float, ...]
    std: tuple[float, ...]
    training_counts: tuple[int, ...]
    split: SplitIndex
    prepared: Prepared

    @cached_property
    def manifest(self) -> Mapping[str, list[Any]]:
        """All samples by columns: "file", "label", "width", "height", "mode", "split" and group columns."""
        return self.prepared.manifest()

    @property
    def files(self) -> list[str]:
        """What each sample is called by its source."""
        return self.manifest["file"]

    @cached_property
    def ground_truth(self) -> GroundTruth | None:
        """Masks and boxes of all samples, mapped; None where the source has none."""
        masks, boxes = self.prepared.array("masks"), self.prepared.array("boxes")
        return None if masks is None or boxes is None else GroundTruth(masks, boxes)

    def at(self, index: int) -> Batch:
        """One sample by its index in the whole dataset, as a batch of one. Raises ``IndexError``."""
        if not 0 <= index < len(self.prepared.targets):
            raise IndexError(f"sample {index} of {len(self.prepared.targets)}")
        everything = _samples(self.kind, self.outputs, self.prepared, np.arange(len(self.prepared.targets)))
        return everything.pick([index])


def load(spec: DataSpec, home: Home, *, progress: Progress | None = None, split: SplitIndex | None = None) -> Dataset:
    """Prepares what is not prepared, splits unless ``split`` says how, and counts the training split.

    Raises ``LabError``: "unknown_dataset"; ``ExperimentError`` for wrong options; ``DataError``: "dataset_changed"
    (``spec.fingerprint`` is another), "dataset_broken", "dataset_offline", "disk_full", "split_empty",
    "split_broken", "unknown_column", "unknown_balance_column".
    """
    info = catalogue.find(spec.dataset, home)
    form = form_of(spec, info)
    prepared = prepare(spec, info, home, progress)
    if split is None:
        split = split_of(prepared, spec, info)
    elif not split.fits(len(prepared.targets)):
        raise DataError("split_broken", value=spec.dataset)
    return _dataset(spec, info.name, form, prepared, split)


def _dataset(spec: DataSpec, name: str, form: Form, prepared: Prepared, split: SplitIndex) -> Dataset:
    kind = InputKind("image", (form.channels, form.size, form.size), "uint8")
    outputs = OutputSpec(len(prepared.class_names), prepared.class_names)
    counts = np.bincount(prepared.targets[split.train], minlength=outputs.count)
    mean, std = (0.0,) * form.channels, (1.0,) * form.channels
    if spec.normalization == "standardize":
        counted = statistics.of_training(prepared, split)
        mean, std = counted.mean, counted.std
    columns = _Columns(prepared)
    part = partial(_samples, kind, outputs, prepared, columns=columns)
    return Dataset(
        name=name,
        fingerprint=prepared.fingerprint,
        kind=kind,
        outputs=outputs,
        train=part(
            split.train,
            balanced=spec.balance in ("sampler", "group_sampler"),
            shuffled=_label_order(spec, len(split.train)),
            groups=_groups(spec, columns, split.train),
        ),
        validation=part(split.validation),
        test=part(split.test),
        mean=mean,
        std=std,
        training_counts=tuple(counts.tolist()),
        split=split,
        prepared=prepared,
    )


def _label_order(spec: DataSpec, count: int) -> Index | None:
    """Whose label each training sample gets, where labels are shuffled: the same for the same seed of the split."""
    if not spec.shuffle_labels:
        return None
    return np.random.default_rng((spec.split.seed, _LABELS)).permutation(count)


def _groups(spec: DataSpec, columns: Callable[[], Mapping[str, list[Any]]], index: Index) -> torch.Tensor | None:
    """[N] a number a group, of the samples at ``index``; those that are in no group are one group.

    Raises ``DataError`` ("unknown_balance_column").
    """
    if spec.balance != "group_sampler":
        return None
    manifest = columns()
    known = [name for name in manifest if name not in ("file", "label", "split", "width", "height")]
    if spec.balance_by not in known:
        params = {"value": spec.balance_by or "", "known": ", ".join(known) or "–"}
        raise DataError("unknown_balance_column", field="data.balance_by", **params)
    numbers: dict[Any, int] = {}
    values = manifest[spec.balance_by]
    return torch.tensor([numbers.setdefault(values[i] or "", len(numbers)) for i in index.tolist()])


class _Columns:
    """The manifest, read when somebody asks, and once for all splits."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared

    @cached_property
    def _read(self) -> Mapping[str, list[Any]]:
        return self._prepared.manifest()

    def __call__(self) -> Mapping[str, list[Any]]:
        return self._read


def _samples(
    kind: InputKind,
    outputs: OutputSpec,
    prepared: Prepared,
    index: Index,
    *,
    columns: Callable[[], Mapping[str, list[Any]]] = dict,
    balanced: bool = False,
    shuffled: Index | None = None,
    groups: torch.Tensor | None = None,
) -> ArraySamples:
    targets = torch.from_numpy(prepared.targets[index if shuffled is None else index[shuffled]])
    positions = torch.from_numpy(index.astype(np.int64))
    return ArraySamples(
        kind, outputs, prepared.inputs, targets, positions, columns=columns, balanced=balanced, groups=groups
    )
