"""From any image file to pixels: the one way, for training, preview, prediction, explanation and serving.

``open_image`` looks before it decodes; ``prepare`` makes what a network is given. Nothing else resizes or converts.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnlab.errors import DataError

Resize = Literal["squeeze", "crop", "pad"]
Pixels = NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm"}
)
MAX_PIXELS = 64_000_000  # 192 MB once decoded
BACKGROUND = 255  # what shows through transparent pixels: most drawings are made for white paper

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_TRANSPARENT = ("RGBA", "LA", "PA", "RGBa", "La")
# what Pillow's readers raise on damaged files, beside OSError
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError)


def open_image(data: bytes, *, name: str) -> Image.Image:
    """The first image in ``data``, decoded. ``name`` is only for the sentence.

    Raises ``DataError``: "image_unknown" (not an image of ``FORMATS``), "image_too_large", "image_broken".
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is checked here, and of odd but harmless tags
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError as error:
            raise DataError("image_unknown", value=name, known=", ".join(FORMATS)) from error
        except Image.DecompressionBombError as error:
            raise _too_large(name) from error
        except _DAMAGED as error:
            raise DataError("image_broken", value=name) from error
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(name)
        try:
            image.load()
        except Image.DecompressionBombError as error:  # an inner image may be larger than the header says
            raise _too_large(name) from error
        except _DAMAGED as error:
            raise DataError("image_broken", value=name) from error
    return image


def _too_large(name: str) -> DataError:
    return DataError("image_too_large", value=name, limit=MAX_PIXELS // 1_000_000)


def prepare(image: Image.Image, *, size: int, channels: int, resize: Resize) -> Pixels:
    """[size, size, channels] uint8, upright; ``channels`` is 1 (grey) or 3 (RGB).

    ``squeeze`` ignores the aspect ratio, ``crop`` keeps the centre, ``pad`` adds black borders.
    """
    converted = _coloured(upright(image), "L" if channels == 1 else "RGB")
    pixels = np.array(_resized(converted, size, resize, Image.Resampling.BILINEAR), dtype=np.uint8)
    return pixels[:, :, None] if channels == 1 else pixels


def prepare_mask(mask: NDArray[np.uint8], *, size: int, resize: Resize) -> NDArray[np.uint8]:
    """[H, W] labels -> [size, size], moved as ``prepare`` moves the image, with no labels mixed."""
    return np.array(_resized(Image.fromarray(mask), size, resize, Image.Resampling.NEAREST), dtype=np.uint8)


def upright(image: Image.Image) -> Image.Image:
    """The image as its camera was held (EXIF orientation); as it is when that tag can't be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGED:
        return image
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def is_grey(image: Image.Image) -> bool:
    return image.mode in ("1", "L", "LA", "La", *_DEEP)


def _coloured(image: Image.Image, mode: str) -> Image.Image:
    """8-bit ``mode`` ("L" or "RGB"): deep images scaled, transparency laid on white."""
    if image.mode == mode and "transparency" not in image.info:
        return image
    if image.mode in _DEEP:
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode == "La":  # Pillow has a way from here to LA only
        image = image.convert("LA")
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (BACKGROUND, BACKGROUND, BACKGROUND, 255))
        image = Image.alpha_composite(paper, layer).convert("RGB")
    if image.mode == "LAB":  # and from here to RGB only
        image = image.convert("RGB")
    return image.convert(mode)


def _eight_bits(values: NDArray[np.generic]) -> Pixels:
    """Scaled, never clipped: 0..65535 by its full range, so that brightness stays comparable between images."""
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(numbers.min(initial=0.0)), float(numbers.max(initial=0.0))
    if low >= 0.0 and high <= 1.0 and values.dtype.kind == "f":
        scaled = numbers * 255.0
    elif low >= 0.0 and high <= 65_535.0:
        scaled = numbers / 257.0
    else:
        scaled = (numbers - low) * 255.0 / max(high - low, 1e-12)
    return np.rint(scaled).astype(np.uint8)


def _resized(image: Image.Image, size: int, resize: Resize, method: Image.Resampling) -> Image.Image:
    if image.size == (size, size):
        return image
    if resize == "crop":
        return ImageOps.fit(image, (size, size), method=method)
    if resize == "pad":
        return ImageOps.pad(image, (size, size), method=method, color=0)
    return image.resize((size, size), resample=method)
