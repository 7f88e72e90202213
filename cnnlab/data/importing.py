"""A folder or zip of images by class becomes a dataset, once: checked, copied under numbers, described.

Everything is written beside its place and renamed at the end: a refusal, a failure or a kill leaves no dataset.
"""

from __future__ import annotations

import json
import secrets
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnlab.data import archives, originals
from cnnlab.data.catalogue import UNSPLIT, imported_folder
from cnnlab.data.content import Official
from cnnlab.data.intake import Intake, Remark
from cnnlab.data.store import saying_disk_full
from cnnlab.data.types import Progress
from cnnlab.errors import DataError
from cnnlab.home import Home
from cnnlab.registry import registry

LARGEST_DEFAULT_SIZE = 128  # larger images are prepared smaller unless the experiment asks: two cores train on them


@dataclass(frozen=True)
class ImportReport:
    """``samples`` by split as the source has them; without splits all are "train" and are split when they are loaded.

    ``skipped`` is not in the dataset; ``noted`` is in it, and worth a look.
    """

    dataset: str
    classes: tuple[str, ...]
    samples: Mapping[str, int]
    skipped: tuple[Remark, ...]
    noted: tuple[Remark, ...]


def import_images(
    path: Path, name: str, home: Home, *, progress: Progress | None = None, source: str | None = None
) -> ImportReport:
    """``source`` is what it is said to come from, where that is not the name of ``path``.

    Raises ``DataError``: "dataset_name", "name_already_used", "import_missing", "import_kind", "import_empty",
    "import_one_class", "zip_broken", "zip_encrypted", "zip_unsafe", "zip_too_large", "too_many", "disk_full".
    """
    refuse_used_name(name, home)
    with saying_disk_full(home.datasets):
        home.datasets.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(home.datasets)
        staging = home.datasets / f".importing-{name}-{secrets.token_hex(4)}"
        staging.mkdir()
        try:
            with archives.opened(path) as listing:
                intake = Intake(staging / originals.FILES, listing, progress)
                intake.run()
            report = _conclude(intake, staging, path, name, source or path.name)
            try:
                staging.rename(imported_folder(name, home))
            except OSError as error:
                if imported_folder(name, home).exists():  # another import was quicker
                    raise DataError("name_already_used", field="name", value=name) from error
                raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return report


def refuse_used_name(name: str, home: Home) -> None:
    """Raises ``DataError``: "dataset_name", "name_already_used"."""
    if imported_folder(name, home).exists() or name in registry("dataset"):
        raise DataError("name_already_used", field="name", value=name)


def _remove_abandoned(datasets: Path, *, older_seconds: float = 24 * 3600.0) -> None:
    """What a killed import left. A living one writes to its folder all the time."""
    for left in datasets.glob(".importing-*"):
        if time.time() - left.stat().st_mtime > older_seconds:
            shutil.rmtree(left, ignore_errors=True)


def _conclude(intake: Intake, staging: Path, path: Path, name: str, source: str) -> ImportReport:
    """Writes what describes the dataset, into the staging folder."""
    columns = intake.columns
    found = Counter(columns["label"])
    for label in sorted(intake.classes - found.keys()):
        intake.skip((label,), "empty_class")
    if not found:
        raise DataError("import_empty", field="path", value=path.name, skipped=len(intake.skipped))
    if len(found) == 1:
        raise DataError("import_one_class", field="path", value=path.name, label=next(iter(found)))
    classes = tuple(sorted(found))
    training = {label for label, code in zip(columns["label"], columns["split"], strict=True) if code in _TRAINING}
    intake.noted += [Remark(label, "class_not_trained") for label in classes if label not in training]
    counts = {
        "train": columns["split"].count(Official.TRAIN),
        "validation": columns["split"].count(Official.VALIDATION),
        "test": columns["split"].count(Official.TEST),
        UNSPLIT: columns["split"].count(Official.NONE),
    }
    originals.write_manifest(staging, columns)
    native = _native_size(columns)
    description = {
        "version": 1,
        "fingerprint": originals.content_of(staging, classes, columns).fingerprint,
        "classes": classes,
        "counts": {split: count for split, count in counts.items() if count},
        "native_size": native,
        "default_size": native if native and native <= 224 else _default_size(columns),
        "channels": 1 if intake.grey else 3,
        "source": source,
        "created": time.time(),
    }
    remarks = {
        kind: [{"file": r.file, "reason": r.reason, "params": dict(r.params)} for r in rows]
        for kind, rows in (("skipped", intake.skipped), ("noted", intake.noted))
    }
    (staging / "dataset.json").write_text(json.dumps(description), "utf-8")
    (staging / "remarks.json").write_text(json.dumps(remarks), "utf-8")
    samples = {"train": counts["train"] + counts[UNSPLIT], **{k: counts[k] for k in ("validation", "test")}}
    return ImportReport(name, classes, samples, tuple(intake.skipped), tuple(intake.noted))


_TRAINING = (Official.NONE, Official.TRAIN)


def _native_size(columns: Mapping[str, list[Any]]) -> int | None:
    """The side of the images where all are squares of one size."""
    sides = {*columns["width"], *columns["height"]}
    return sides.pop() if len(sides) == 1 and min(sides) >= 8 else None


def _default_size(columns: Mapping[str, list[Any]]) -> int:
    shorter = statistics.median(map(min, columns["width"], columns["height"]))
    return int(min(max(shorter // 8 * 8, 8), LARGEST_DEFAULT_SIZE))
