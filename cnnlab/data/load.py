"""From a description of data to splits that are an index away from a batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from cnnlab.data import catalogue, originals, statistics, store
from cnnlab.data.content import Content
from cnnlab.data.samples import ArraySamples
from cnnlab.data.splits import Index, SplitIndex, make_split
from cnnlab.data.store import Form, Prepared
from cnnlab.data.types import Batch, InputKind, OutputSpec, Progress
from cnnlab.errors import DataError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home, write_atomically
from cnnlab.registry import checked, registry

NO_GROUPS = "none"  # as ``group_by``: not even the groups that the source states
RESERVED_COLUMNS = frozenset({"file", "label", "width", "height", "mode", "split"})


@dataclass(frozen=True)
class GroundTruth:
    """Where the object of each sample is, in the prepared geometry."""

    masks: NDArray[np.uint8]  # [N, H, W], 1 inside
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
    "split_broken", "unknown_column".
    """
    info = catalogue.find(spec.dataset, home)
    form = Form(catalogue.prepared_size(info, spec), spec.channels or info.channels, spec.resize)
    prepared = _prepared(spec, info, form, home, progress)
    if split is None:
        group_by = spec.split.group_by or info.group_by
        split = make_split(prepared.targets, prepared.official, spec.split, _groups(prepared, group_by))
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
        train=part(split.train, balanced=spec.balance == "sampler"),
        validation=part(split.validation),
        test=part(split.test),
        mean=mean,
        std=std,
        training_counts=tuple(counts.tolist()),
        split=split,
        prepared=prepared,
    )


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
) -> ArraySamples:
    targets = torch.from_numpy(prepared.targets[index])
    positions = torch.from_numpy(index.astype(np.int64))
    return ArraySamples(kind, outputs, prepared.inputs, targets, positions, columns=columns, balanced=balanced)


def _groups(prepared: Prepared, group_by: str | None) -> list[Any] | None:
    if group_by is None or group_by == NO_GROUPS:
        return None
    manifest = prepared.manifest()
    usable = [name for name in manifest if name not in RESERVED_COLUMNS]
    if group_by not in usable:
        known = ", ".join(usable)
        raise DataError("unknown_column", field="data.split.group_by", value=group_by, known=known)
    return manifest[group_by]


def _prepared(
    spec: DataSpec, info: catalogue.DatasetInfo, form: Form, home: Home, progress: Progress | None
) -> Prepared:
    source = _imported_source(info.name, home) if info.imported else _registered_source(spec, home)
    noted = info.fingerprint or source.noted()
    if noted is not None:
        _refuse_changed(spec, noted)
        ready = store.find(home, noted, form)
        if ready is not None:
            return ready
    if progress:
        progress("progress.reading", 0, 1)
    content = source.read(progress)
    fingerprint = content.fingerprint
    _refuse_changed(spec, fingerprint)
    if info.imported and fingerprint != info.fingerprint:
        raise DataError("dataset_broken", field="data.dataset", value=info.name)
    prepared = store.write(content, home, form, progress)
    source.note(fingerprint)
    return prepared


def _refuse_changed(spec: DataSpec, fingerprint: str) -> None:
    if spec.fingerprint is not None and spec.fingerprint != fingerprint:
        raise DataError(
            "dataset_changed",
            field="data.fingerprint",
            value=spec.dataset,
            before=spec.fingerprint[:12],
            now=fingerprint[:12],
        )


@dataclass(frozen=True)
class _Source:
    """Where content comes from, and where its fingerprint is noted so that it need not be read again."""

    read: Callable[[Progress | None], Content]
    key: str
    home: Home

    def noted(self) -> str | None:
        try:
            stored = json.loads(catalogue.known_fingerprint_path(self.key, self.home).read_text("utf-8"))
            return str(stored["fingerprint"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not read yet, or the note is damaged: the source tells

    def note(self, fingerprint: str) -> None:
        path = catalogue.known_fingerprint_path(self.key, self.home)
        with store.saying_disk_full(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps({"fingerprint": fingerprint}))


def _registered_source(spec: DataSpec, home: Home) -> _Source:
    """A source file has ``read(entry, options, home, progress) -> Content`` and may have ``VERSION``."""
    entry = registry("dataset")[spec.dataset]
    options = checked(entry.options, spec.options, "data.options")
    module = registry("dataset").module(spec.dataset)
    key = entry.name
    if options:
        text = json.dumps([options, getattr(module, "VERSION", 1)], sort_keys=True)
        key += "-" + hashlib.sha256(text.encode()).hexdigest()[:16]

    def read(progress: Progress | None) -> Content:
        return cast(Content, module.read(entry, options, home, progress))

    return _Source(read, key, home)


def _imported_source(name: str, home: Home) -> _Source:
    def read(progress: Progress | None) -> Content:  # noqa: ARG001  # one signature for all sources
        return originals.read(name, home)

    return _Source(read, f"imported-{name}", home)
