"""From a description of data to its prepared arrays and its split. Imports no torch: pages look at data this way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from cnnlab.data import catalogue, originals, store
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.content import Content
from cnnlab.data.shares import with_share
from cnnlab.data.splits import SplitIndex, make_split
from cnnlab.data.store import Form, Prepared
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home, write_atomically
from cnnlab.registry import checked, registry

NO_GROUPS = "none"  # as ``group_by``: not even the groups that the source states
RESERVED_COLUMNS = frozenset({"file", "label", "width", "height", "mode", "split"})


def prepare(spec: DataSpec, info: DatasetInfo, home: Home, progress: Progress | None = None) -> Prepared:
    """Prepares what is not prepared yet, downloading it where it has to be.

    Raises ``ExperimentError`` for wrong options; ``DataError``: "dataset_changed" (``spec.fingerprint`` is another),
    "dataset_broken", "dataset_offline", "disk_full".
    """
    source = source_of(spec, info, home)
    noted = info.fingerprint or source.noted()
    if noted is not None:
        _refuse_changed(spec, noted)
        ready = store.find(home, noted, form_of(spec, info))
        if ready is not None:
            return ready
    if progress:
        progress("progress.reading", 0, 1)
    content = source.read(progress)
    fingerprint = content.fingerprint
    _refuse_changed(spec, fingerprint)
    if info.imported and fingerprint != info.fingerprint:
        raise DataError("dataset_broken", field="data.dataset", value=info.name)
    prepared = store.write(content, home, form_of(spec, info), progress)
    source.note(fingerprint)
    return prepared


def form_of(spec: DataSpec, info: DatasetInfo) -> Form:
    return Form(catalogue.prepared_size(info, spec), spec.channels or info.channels, spec.resize)


def split_of(prepared: Prepared, spec: DataSpec, info: DatasetInfo) -> SplitIndex:
    """Raises ``DataError`` as ``make_split`` does, and "unknown_column"."""
    group_by = spec.split.group_by or info.group_by
    split = make_split(prepared.targets, prepared.official, spec.split, _groups(prepared, group_by))
    return with_share(split, prepared.targets, spec.train_share, spec.split.seed)


def _groups(prepared: Prepared, group_by: str | None) -> list[Any] | None:
    if group_by is None or group_by == NO_GROUPS:
        return None
    manifest = prepared.manifest()
    usable = [name for name in manifest if name not in RESERVED_COLUMNS]
    if group_by not in usable:
        known = ", ".join(usable)
        raise DataError("unknown_column", field="data.split.group_by", value=group_by, known=known)
    return manifest[group_by]


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
class Source:
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


def source_of(spec: DataSpec, info: DatasetInfo, home: Home) -> Source:
    return _imported_source(info.name, home) if info.imported else _registered_source(spec, home)


def _registered_source(spec: DataSpec, home: Home) -> Source:
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

    return Source(read, key, home)


def _imported_source(name: str, home: Home) -> Source:
    def read(progress: Progress | None) -> Content:  # noqa: ARG001  # one signature for all sources
        return originals.read(name, home)

    return Source(read, f"imported-{name}", home)
