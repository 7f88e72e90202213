"""What a person wants to see of a dataset before training on it: samples, balance, splits, pixel statistics.

The pixels stay mapped on the disk; only what is shown is read. Nothing here imports torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnlab.data import catalogue, statistics, store
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.content import Official
from cnnlab.data.image import Pixels
from cnnlab.data.prepare import form_of, prepare, source_of, split_of
from cnnlab.data.splits import PARTS, Index, SplitIndex
from cnnlab.data.store import Prepared, saying_disk_full
from cnnlab.data.types import Progress
from cnnlab.experiment import Augmentation, DataSpec
from cnnlab.home import Home, write_atomically

BINS = 32  # of a histogram over pixel values from 0 to 255
COUNTED_IMAGES = 4096  # at most this many make the histogram; the mean and the deviation are of all
_CODES = {"train": Official.TRAIN, "validation": Official.VALIDATION, "test": Official.TEST}


@dataclass(frozen=True)
class Preview:
    """A dataset as an experiment with default settings prepares and splits it."""

    info: DatasetInfo
    spec: DataSpec
    prepared: Prepared
    split: SplitIndex

    def __len__(self) -> int:
        return len(self.prepared.targets)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.prepared.class_names

    @cached_property
    def files(self) -> list[str]:
        """What the source calls each sample."""
        return self.prepared.manifest()["file"]

    @cached_property
    def parts(self) -> list[str]:
        """ "train", "validation" or "test" of each sample; "" for one in no part."""
        parts = np.zeros(len(self), np.int8)
        for number, name in enumerate(PARTS, start=1):
            parts[getattr(self.split, name)] = number
        return [("", *PARTS)[number] for number in parts]

    def label(self, index: int) -> str:
        return self.class_names[int(self.prepared.targets[index])]

    def pixels(self, indexes: Sequence[int]) -> Pixels:
        """[N, H, W, C] uint8, copied out of the mapped file."""
        return np.ascontiguousarray(self.prepared.inputs[list(indexes)])

    def select(self, *, part: str | None = None, class_number: int | None = None, draw: int | None = 0) -> Index:
        """Indexes of the samples in that split and of that class, in a random order drawn by ``draw``.

        ``draw=None`` keeps the order of the source.
        """
        index = np.arange(len(self), dtype=np.int64) if part is None else np.asarray(getattr(self.split, part))
        if class_number is not None:
            index = index[self.prepared.targets[index] == class_number]
        return index if draw is None else np.random.default_rng(draw).permutation(index)

    def official(self, part: str) -> bool:
        """Whether the source itself says which samples are in ``part``."""
        return bool((self.prepared.official == _CODES[part]).any())


@dataclass(frozen=True)
class Balance:
    """How many samples each class has: ``counts[part]`` is [classes]."""

    class_names: tuple[str, ...]
    counts: Mapping[str, tuple[int, ...]]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(map(sum, zip(*self.counts.values(), strict=True)))

    @property
    def largest(self) -> int:
        """Number of the class with the most samples."""
        return int(np.argmax(self.totals))

    @property
    def smallest(self) -> int:
        return int(np.argmin(self.totals))

    @property
    def ratio(self) -> float:
        """The largest class over the smallest; infinite where that is empty."""
        smallest = self.totals[self.smallest]
        return self.totals[self.largest] / smallest if smallest else float("inf")


@dataclass(frozen=True)
class PixelStatistics:
    """Of the training split. ``mean`` and ``std``: [C], in [0, 1]; ``histogram``: [C][BINS], 1 in all a channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    histogram: tuple[tuple[float, ...], ...]
    images: int  # that the histogram counts


def open_preview(name: str, home: Home, *, progress: Progress | None = None) -> Preview:
    """Prepares the dataset unless that was done before.

    Raises ``LabError`` ("unknown_dataset"), and ``DataError`` as ``prepare`` and ``make_split`` do.
    """
    info = catalogue.find(name, home)
    spec = DataSpec(dataset=info.name)
    prepared = prepare(spec, info, home, progress)
    return Preview(info, spec, prepared, split_of(prepared, spec, info))


def is_prepared(info: DatasetInfo, home: Home) -> bool:
    """Whether ``open_preview`` only has to open files."""
    spec = DataSpec(dataset=info.name)
    noted = info.fingerprint or source_of(spec, info, home).noted()
    return noted is not None and store.is_written(home, noted, form_of(spec, info))


def balance(preview: Preview) -> Balance:
    classes = len(preview.class_names)
    counts = {
        part: tuple(np.bincount(preview.prepared.targets[getattr(preview.split, part)], minlength=classes).tolist())
        for part in PARTS
    }
    return Balance(preview.class_names, counts)


def pixel_statistics(preview: Preview) -> PixelStatistics:
    """Read from the cache where they were counted before. Raises ``DataError`` ("disk_full")."""
    counted = statistics.of_training(preview.prepared, preview.split)
    path = preview.prepared.folder / f"histogram-{preview.split.fingerprint}.json"
    try:
        stored = json.loads(path.read_text("utf-8"))
        histogram = tuple(tuple(map(float, row)) for row in stored["histogram"])
        images = int(stored["images"])
    except (OSError, ValueError, KeyError, TypeError):
        index = _spread(preview.split.train, COUNTED_IMAGES)
        histogram, images = _histogram(preview.prepared.inputs, index), len(index)
        with saying_disk_full(path):
            write_atomically(path, json.dumps({"histogram": histogram, "images": images}))
    return PixelStatistics(counted.mean, counted.std, histogram, images)


def augmented(preview: Preview, index: int, augmentation: Augmentation, *, draws: int, seed: int = 0) -> Pixels:
    """[draws, H, W, C] uint8: one sample as the epochs 0, 1, … of a training with ``augmentation`` see it.

    Imports torch: what is drawn is drawn by the code that trains.
    """
    import torch

    from cnnlab.augment import Augmenter
    from cnnlab.data.types import Batch

    inputs = torch.from_numpy(preview.pixels([index])).permute(0, 3, 1, 2)
    batch = Batch(inputs, None, None, torch.tensor([index], dtype=torch.int64))
    augmenter = Augmenter(augmentation, seed)
    with torch.inference_mode():
        seen = torch.cat([augmenter(batch, epoch=epoch).inputs for epoch in range(draws)])
    pixels = (seen.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    return np.ascontiguousarray(pixels.numpy())


def _spread(index: Index, most: int) -> Index:
    """At most that many of ``index``, evenly spread."""
    if len(index) <= most:
        return index
    return index[np.linspace(0, len(index) - 1, most).astype(np.int64)]


def _histogram(inputs: Pixels, index: Index) -> tuple[tuple[float, ...], ...]:
    """[C][BINS]: the share of pixels in each bin."""
    channels = inputs.shape[3]
    counts = np.zeros((channels, 256), np.int64)
    step = max(1, statistics.CHUNK_BYTES // max(1, int(inputs[0].nbytes)))
    for start in range(0, len(index), step):
        pixels: NDArray[np.uint8] = inputs[index[start : start + step]].reshape(-1, channels)
        for channel in range(channels):
            counts[channel] += np.bincount(pixels[:, channel], minlength=256)
    binned = counts.reshape(channels, BINS, 256 // BINS).sum(2)
    shares = binned / np.maximum(binned.sum(1, keepdims=True), 1)
    return tuple(tuple(row) for row in shares.tolist())
