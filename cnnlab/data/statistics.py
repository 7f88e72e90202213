"""Mean and standard deviation of the training split: counted in whole numbers, so no order changes a bit."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from cnnlab.data.image import Pixels
from cnnlab.data.splits import Index, SplitIndex
from cnnlab.data.store import Prepared, saying_disk_full
from cnnlab.home import write_atomically

CHUNK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class ChannelStatistics:
    """A value a channel, of pixels in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def of_training(prepared: Prepared, split: SplitIndex) -> ChannelStatistics:
    """Of the training split alone, read from the cache when they were counted before."""
    path = prepared.folder / f"statistics-{split.fingerprint}.json"
    try:
        stored = json.loads(path.read_text("utf-8"))
        return ChannelStatistics(tuple(map(float, stored["mean"])), tuple(map(float, stored["std"])))
    except (OSError, ValueError, KeyError, TypeError):
        counted = count(prepared.inputs, split.train)
    with saying_disk_full(path):
        write_atomically(path, json.dumps({"mean": counted.mean, "std": counted.std}))
    return counted


def count(inputs: Pixels, index: Index) -> ChannelStatistics:
    """``inputs``: [N, H, W, C] uint8. A channel that never changes gets 1 as its deviation."""
    _, height, width, channels = inputs.shape
    sums, squares = np.zeros(channels, np.uint64), np.zeros(channels, np.uint64)
    step = max(1, CHUNK_BYTES // (height * width * channels))
    for start in range(0, len(index), step):
        pixels = inputs[index[start : start + step]].reshape(-1, channels)
        sums += pixels.sum(0, dtype=np.uint64)
        squares += np.square(pixels, dtype=np.uint16).sum(0, dtype=np.uint64)
    number = max(len(index) * height * width, 1)
    means, deviations = [], []
    for total, total_squares in zip(sums.tolist(), squares.tolist(), strict=True):
        mean = total / number
        variance = max(total_squares / number - mean * mean, 0.0)
        means.append(mean / 255.0)
        deviations.append(variance**0.5 / 255.0 if variance > 1e-6 else 1.0)
    return ChannelStatistics(tuple(means), tuple(deviations))
