"""Maps of the same images at many epochs of one run: what is stored in its folder, and how it is read.

``maps/probes.npz``        the images, their labels, where they stand in the validation split, method and layer
``maps/epoch-EEEEEE.npz``  at the end of that epoch: maps of low resolution, predictions, probability of the true class

A map explains the true class. It is stored as float16 over its strongest place, which is stored beside it, so the raw
values can be had back: float16 alone would lose small gradients. No pickle; each file appears whole.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.home import write_atomically

FOLDER = "maps"
SIDE = 32  # most pixels a side of a stored map
PICTURE = 64  # most pixels a side of a stored image
MOST_PROBES = 16

_EPOCH = re.compile(r"epoch-(\d{6})\.npz")


@dataclass(frozen=True)
class Probes:
    """The images that are looked at again and again."""

    rows: tuple[int, ...]  # in the validation split
    labels: tuple[int, ...]
    class_names: tuple[str, ...]
    pictures: NDArray[np.uint8]  # [N, H, W, C]
    method: str
    layer: str | None
    signed: bool


@dataclass(frozen=True)
class Moment:
    """The probes at the end of one epoch."""

    epoch: int
    maps: NDArray[np.float32]  # [N, H, W], raw
    predicted: tuple[int, ...]
    probability: tuple[float, ...]  # of the true class


@dataclass(frozen=True)
class Timeline:
    probes: Probes
    moments: tuple[Moment, ...]  # by epoch, the last is the reference of ``similarities``

    @property
    def epochs(self) -> list[int]:
        return [moment.epoch for moment in self.moments]

    def at(self, epoch: int) -> Moment | None:
        """The newest moment that is not later than ``epoch``."""
        return next((moment for moment in reversed(self.moments) if moment.epoch <= epoch), None)

    def similarities(self) -> NDArray[np.float32]:
        """[epochs, N]: Spearman's rank correlation of each map, as it is, with the last one of the same image."""
        from cnnlab.explain.sanity.similarity import spearman

        last = self.moments[-1].maps
        return np.array(
            [[spearman(a, b) for a, b in zip(moment.maps, last, strict=True)] for moment in self.moments], np.float32
        )


def read(folder: Path) -> Timeline:
    """Of the run folder ``folder``; epochs whose file is damaged are left out. Raises ``LabError`` ("no_maps_kept")."""
    content = _load(folder / FOLDER / "probes.npz")
    if content is None:
        raise LabError("no_maps_kept", value=folder.name)
    said: Mapping[str, Any] = json.loads(str(content["said"]))
    probes = Probes(
        tuple(said["rows"]),
        tuple(said["labels"]),
        tuple(said["class_names"]),
        content["pictures"],
        said["method"],
        said["layer"],
        bool(said["signed"]),
    )
    moments = [_moment(epoch, _load(path), len(probes.rows)) for epoch, path in stored(folder)]
    there = tuple(moment for moment in moments if moment is not None)
    if not there:
        raise LabError("no_maps_kept", value=folder.name)
    return Timeline(probes, there)


def stored(folder: Path) -> list[tuple[int, Path]]:
    """(epoch, file), the first epoch first."""
    found = [(_EPOCH.fullmatch(path.name), path) for path in (folder / FOLDER).glob("epoch-*.npz")]
    return sorted((int(match[1]), path) for match, path in found if match)


def has_maps(folder: Path) -> bool:
    return (folder / FOLDER / "probes.npz").is_file() and bool(stored(folder))


def write_probes(folder: Path, probes: Probes) -> None:
    said = {
        "rows": probes.rows,
        "labels": probes.labels,
        "class_names": probes.class_names,
        "method": probes.method,
        "layer": probes.layer,
        "signed": probes.signed,
    }
    _write(folder / FOLDER / "probes.npz", said=np.array(json.dumps(said)), pictures=probes.pictures)


def write_moment(folder: Path, moment: Moment) -> None:
    strongest = np.abs(moment.maps).max(axis=(1, 2), initial=0.0)
    shares = moment.maps / np.where(strongest > 0, strongest, 1.0)[:, None, None]
    _write(
        folder / FOLDER / f"epoch-{moment.epoch:06d}.npz",
        maps=shares.astype(np.float16),
        strongest=strongest.astype(np.float32),
        predicted=np.array(moment.predicted, np.int32),
        probability=np.array(moment.probability, np.float32),
    )


def forget_after(folder: Path, epoch: int) -> None:
    """What an attempt wrote whose checkpoint is gone."""
    for number, path in stored(folder):
        if number > epoch:
            path.unlink(missing_ok=True)


def smaller(images: NDArray[Any], most: int) -> NDArray[np.float32]:
    """[N, H, W, …] -> at most ``most`` pixels a side: means over squares of a whole number of pixels.

    What is left over at the right and the lower edge joins the last square by being cut off: less than one square.
    """
    factor = -(-max(images.shape[1:3]) // most)
    height, width = (side // factor for side in images.shape[1:3])
    cut = images[:, : height * factor, : width * factor].astype(np.float32)
    squares = cut.reshape(len(images), height, factor, width, factor, *images.shape[3:])
    means: NDArray[np.float32] = squares.mean(axis=(2, 4))
    return means


def probe_rows(labels: Sequence[int], count: int) -> list[int]:
    """Rows of a split: the first of each class in turn, then the second, …, as many as ``count``."""
    seen: dict[int, int] = {}
    turns = []
    for row, label in enumerate(labels):
        turns.append((seen.get(label, 0), label, row))
        seen[label] = seen.get(label, 0) + 1
    return [row for _, _, row in sorted(turns)[: min(count, MOST_PROBES)]]


def _moment(epoch: int, content: Mapping[str, NDArray[Any]] | None, count: int) -> Moment | None:
    if content is None or not {"maps", "strongest", "predicted", "probability"} <= set(content):
        return None
    if len(content["maps"]) != count:
        return None
    maps = content["maps"].astype(np.float32) * content["strongest"][:, None, None]
    return Moment(epoch, maps, tuple(content["predicted"].tolist()), tuple(content["probability"].tolist()))


def _load(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, **arrays: NDArray[Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # numpy's stubs take them for a flag
    write_atomically(path, content.getvalue())
