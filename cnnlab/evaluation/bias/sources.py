"""What a class might be guessed from without looking at the object: columns of the dataset, the sizes of the originals,
plain image statistics, the colour of the whole image, its border."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.store import Prepared
from cnnlab.evaluation.bias.guess import Codes, binned
from cnnlab.evaluation.groups import grouping as group
from cnnlab.evaluation.groups import statistics
from cnnlab.evaluation.groups.grouping import MOST_GROUPS, NUMBERS, Grouping

OWN_GROUPS = 10  # images a group at least, on the mean, for a column to be looked at as groups
BLOCKS = 4  # that each side of the border is cut into
SMALLEST = 16  # pixels of a side, below which the object itself is at the border
_EIGHTH = 8  # of the side: how thick the border is
_BLOCK_IMAGES = 1024
OF_PIXELS = (*statistics.STATISTICS, "colour", "border")


@dataclass(frozen=True)
class Source:
    """``codes`` [n, F] of the images that are looked at; ``grouping``: of all images, ``None`` for numbers."""

    name: str
    kind: str  # "column", "pattern", "table", or "statistic" for what is read off the image or its size
    codes: Codes
    grouping: Grouping | None = None


@dataclass(frozen=True)
class Identity:
    """A column with few images a value, such as a patient's number: who or what was photographed, and no group."""

    name: str
    values: Sequence[Any]


def of_grouping(grouping: Grouping, index: Codes) -> Source:
    """What is in no group is a group of its own: that, too, may give a class away."""
    return Source(grouping.name, grouping.kind, (grouping.codes[index] + 1)[:, None], grouping)


def sources(prepared: Prepared, index: Codes) -> tuple[list[Source], list[Identity]]:
    """All that the dataset offers, of the images at ``index``; then the columns that name who was photographed."""
    manifest = prepared.manifest()
    found, identities = [], []
    for name in group.columns(prepared):
        if name in NUMBERS:
            found.append(Source(name, "statistic", binned(np.array(manifest[name], dtype=np.float64)[index, None])))
        elif name in manifest:
            if len({*manifest[name]}) > min(MOST_GROUPS, len(prepared.targets) / OWN_GROUPS):
                identities.append(Identity(name, manifest[name]))
            else:
                found.append(of_grouping(group.of_column(prepared, name), index))
    measured = _measured(prepared, index)
    found += [Source(name, "statistic", binned(values)) for name, values in measured.items()]
    return found, identities


def _measured(prepared: Prepared, index: Codes) -> dict[str, NDArray[np.float64]]:
    """[n, F] by name, read a block at a time."""
    names = statistics.offered(prepared.inputs.shape[-1])
    parts: dict[str, list[NDArray[np.float64]]] = {}
    for images in _blocks(prepared, index):
        for name in names:
            parts.setdefault(name, []).append(statistics.of_images(images, name)[:, None])
        if images.shape[3] == 3:
            parts.setdefault("colour", []).append(images.mean((1, 2), dtype=np.float64))
        if min(images.shape[1:3]) >= SMALLEST:
            parts.setdefault("border", []).append(border(images))
    return {name: np.concatenate(blocks) for name, blocks in parts.items()}


def _blocks(prepared: Prepared, index: Codes) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, len(index), _BLOCK_IMAGES):
        yield np.ascontiguousarray(prepared.inputs[index[start : start + _BLOCK_IMAGES]])


def border(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """[N, H, W, C] -> [N, 4 x BLOCKS x 2 x C] means and standard deviations along the four sides: where watermarks,
    rulers and frames are."""
    _, height, width, _ = images.shape
    thick = (max(1, height // _EIGHTH), max(1, width // _EIGHTH))
    strips = (images[:, : thick[0]], images[:, -thick[0] :], images[:, :, : thick[1]], images[:, :, -thick[1] :])
    found = []
    for strip, axis in zip(strips, (2, 2, 1, 1), strict=True):
        blocks = np.array_split(strip, min(BLOCKS, strip.shape[axis]), axis=axis)
        for block in blocks:
            found += [block.mean((1, 2), dtype=np.float64), block.std((1, 2), dtype=np.float64)]
    return np.concatenate(found, axis=1)
