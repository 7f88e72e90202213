"""One small picture a dataset, made once and kept in the cache: a grid of its samples, for lists of datasets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlab.data import originals
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.content import Content
from cnnlab.data.image import Pixels, open_image, prepare
from cnnlab.data.prepare import form_of, source_of
from cnnlab.data.preview import is_prepared, open_preview
from cnnlab.errors import LabError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home, write_atomically

COLUMNS, ROWS = 6, 2
TILE = 64  # pixels a side, at least; small images are enlarged by whole numbers
GAP = 4
_EMPTY_ALPHA = 28  # of 255
_VERSION = 1  # raise it when the pictures change


def find(info: DatasetInfo, home: Home) -> Path | None:
    """The picture, where it has been made of the content that the dataset has now. Reads no image."""
    path = _path(info, home)
    return path if path is not None and path.is_file() else None


def can_be_made(info: DatasetInfo, home: Home) -> bool:
    """Whether a picture costs little: nothing is downloaded or unpacked for one."""
    return info.imported or not info.facts.get("downloads") or is_prepared(info, home)


def make(info: DatasetInfo, home: Home) -> Path | None:
    """The picture, made unless it is there; ``None`` for a dataset that has none. Raises ``LabError``, ``OSError``."""
    pixels = _of_originals(info, home) if info.imported else _of_prepared(info, home)
    path = _path(info, home)
    if path is None or not len(pixels):
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.fromarray(sheet(pixels)).save(buffer, "PNG", optimize=True)
    write_atomically(path, buffer.getvalue())
    return path


def empty(home: Home) -> Path:
    """Tiles without images, half transparent: they suit a light and a dark ground. Made once."""
    path = home.cache / "thumbnails" / f"empty-{_VERSION}.png"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = sheet(np.full((COLUMNS * ROWS, TILE, TILE, 1), 128, np.uint8))
        picture[..., 3] = np.minimum(picture[..., 3], _EMPTY_ALPHA)
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG", optimize=True)
        write_atomically(path, buffer.getvalue())
    return path


def make_missing(infos: Iterable[DatasetInfo], home: Home) -> int:
    """How many were made. A dataset that can't be read has no picture; its page says why."""
    made = 0
    for info in infos:
        if find(info, home) is None and can_be_made(info, home):
            try:
                made += make(info, home) is not None
            except (LabError, OSError):
                continue
    return made


def sheet(pixels: Pixels) -> NDArray[np.uint8]:
    """[N, H, W, C] -> [ROWS x tile, COLUMNS x tile, 4] RGBA: the ground between the tiles is the page's own."""
    height, width = pixels.shape[1:3]
    factor = max(1, -(-TILE // max(height, width)))
    tiles = np.repeat(np.repeat(pixels, factor, axis=1), factor, axis=2)
    tall, wide = height * factor + GAP, width * factor + GAP
    picture = np.zeros((ROWS * tall - GAP, COLUMNS * wide - GAP, 4), np.uint8)
    for number in range(min(len(tiles), ROWS * COLUMNS)):
        row, column = divmod(number, COLUMNS)
        place = picture[row * tall : row * tall + tall - GAP, column * wide : column * wide + wide - GAP]
        place[..., :3], place[..., 3] = tiles[number], 255
    return picture


def _of_prepared(info: DatasetInfo, home: Home) -> Pixels:
    """In their own size, so that what is small is seen as it is; as training sees them otherwise."""
    spec = DataSpec(dataset=info.name)
    if info.native_size and not info.facts.get("downloads"):
        content = source_of(spec, info, home).read(None)
        chosen = _one_of_each(content.labels, len(content.class_names))
        chunk = next(iter(content.images.chunks(info.native_size, info.channels, "squeeze")))
        return chunk.pixels[[index for index in chosen if index < len(chunk.pixels)]]
    preview = open_preview(info.name, home)
    return preview.pixels(_one_of_each(preview.prepared.targets, len(preview.class_names)))


def _of_originals(info: DatasetInfo, home: Home) -> Pixels:
    """Of an imported dataset, cut square: a few files are read, not all prepared."""
    content = originals.read(info.name, home)
    chosen = _one_of_each(content.labels, len(content.class_names))
    side = min(max(form_of(DataSpec(dataset=info.name), info).size, 8), 2 * TILE)
    return np.stack([_decoded(content, index, side) for index in chosen])


def _decoded(content: Content, index: int, side: int) -> Pixels:
    data = content.images.paths[index].read_bytes()  # type: ignore[attr-defined]  # imported images are files
    return prepare(open_image(data, name=content.files[index]), size=side, channels=3, resize="crop")


def _one_of_each(labels: NDArray[np.int64], classes: int) -> list[int]:
    """Indexes of as many samples as there are tiles, the classes in turn."""
    wanted = COLUMNS * ROWS
    by_class = [np.flatnonzero(labels == number)[:wanted].tolist() for number in range(min(classes, wanted))]
    turns = [members[turn] for turn in range(wanted) for members in by_class if turn < len(members)]
    return turns[:wanted]


def _path(info: DatasetInfo, home: Home) -> Path | None:
    """Named by the content, so a dataset that is imported anew under an old name gets a picture of its own."""
    if info.imported:
        stamp = info.fingerprint
    elif not info.facts.get("downloads"):
        stamp = source_of(DataSpec(dataset=info.name), info, home).key  # what is drawn here follows from its options
    else:
        stamp = source_of(DataSpec(dataset=info.name), info, home).noted()
    if stamp is None:
        return None
    digest = hashlib.sha256(f"{_VERSION} {info.name} {stamp}".encode()).hexdigest()
    return home.cache / "thumbnails" / f"{digest[:32]}.png"
