"""What a source holds before it is made into arrays of one size: images, labels, official splits, groups, truth."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlab.data.image import Pixels, Resize, open_image, prepare
from cnnlab.errors import DataError

CHUNK = 1024  # images that are prepared and written at a time


class Official(IntEnum):
    """Which split a sample belongs to by its source; NONE: it may go anywhere."""

    NONE = 0
    TRAIN = 1
    VALIDATION = 2
    TEST = 3


@dataclass(frozen=True)
class Chunk:
    """Prepared images [N, size, size, C] and what each was before."""

    pixels: Pixels
    widths: list[int]
    heights: list[int]
    modes: list[str]


class Images(Protocol):
    def __len__(self) -> int: ...
    def digest(self) -> str: ...
    def chunks(self, size: int, channels: int, resize: Resize) -> Iterator[Chunk]: ...


@dataclass(frozen=True)
class ArrayImages:
    """Images that are arrays already: ``pixels`` [N, H, W, C] uint8, C 1 or 3."""

    pixels: Pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def digest(self) -> str:
        digest = hashlib.sha256(str(self.pixels.shape).encode())
        digest.update(np.ascontiguousarray(self.pixels).data)
        return digest.hexdigest()

    def chunks(self, size: int, channels: int, resize: Resize) -> Iterator[Chunk]:
        _, height, width, stored = self.pixels.shape
        mode = "L" if stored == 1 else "RGB"
        as_is = (height, width, stored) == (size, size, channels)
        for start in range(0, len(self), CHUNK):
            part = self.pixels[start : start + CHUNK]
            if not as_is:
                images = (Image.fromarray(one[:, :, 0] if stored == 1 else one) for one in part)
                part = np.stack([prepare(one, size=size, channels=channels, resize=resize) for one in images])
            n = len(part)
            yield Chunk(part, [width] * n, [height] * n, [mode] * n)


@dataclass(frozen=True)
class FileImages:
    """Image files. ``sha256`` is what each held when it was taken in; a file that differs now is broken."""

    paths: Sequence[Path]
    names: Sequence[str]  # for sentences
    sha256: Sequence[str]

    def __len__(self) -> int:
        return len(self.paths)

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.sha256).encode()).hexdigest()

    def chunks(self, size: int, channels: int, resize: Resize) -> Iterator[Chunk]:
        def decode(i: int) -> tuple[Pixels, int, int, str]:
            image = open_image(self._read(i), name=self.names[i])
            pixels = prepare(image, size=size, channels=channels, resize=resize)
            return pixels, image.width, image.height, image.mode

        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:  # Pillow decodes outside Python's lock
            for start in range(0, len(self), CHUNK // 8):
                done = list(pool.map(decode, range(start, min(start + CHUNK // 8, len(self)))))
                pixels, widths, heights, modes = zip(*done, strict=True)
                yield Chunk(np.stack(pixels), list(widths), list(heights), list(modes))

    def _read(self, i: int) -> bytes:
        try:
            data = self.paths[i].read_bytes()
        except FileNotFoundError as error:
            raise DataError("dataset_file_broken", value=self.names[i]) from error
        if hashlib.sha256(data).hexdigest() != self.sha256[i]:
            raise DataError("dataset_file_broken", value=self.names[i])
        return data


@dataclass(frozen=True)
class Content:
    """A source as it is read. ``columns`` are group columns (patient, folder, …), one value a sample."""

    images: Images
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    files: Sequence[str]
    official: NDArray[np.int8]
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    masks: NDArray[np.uint8] | None = None  # [N, H, W]: 1 where the object is, 2 where a cue was planted

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that training could see: 64 hex digits."""
        digest = hashlib.sha256(self.images.digest().encode())
        digest.update(np.ascontiguousarray(self.labels).data)
        digest.update(np.ascontiguousarray(self.official).data)
        names = {"classes": self.class_names, "columns": {k: list(v) for k, v in sorted(self.columns.items())}}
        digest.update(json.dumps(names, sort_keys=True).encode())
        return digest.hexdigest()
