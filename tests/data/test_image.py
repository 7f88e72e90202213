"""The one way from a file to pixels."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from cnnlab.data.image import open_image, prepare, prepare_mask
from cnnlab.errors import DataError
from tests.data.pictures import encoded, noise


def _quadrants(width: int = 8, height: int = 4) -> Image.Image:
    """Bright in the upper left corner only."""
    pixels = np.zeros((height, width), np.uint8)
    pixels[: height // 2, : width // 2] = 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("orientation", "bright_corner"),
    [
        (1, "upper left"),
        (2, "upper right"),
        (3, "lower right"),
        (4, "lower left"),
        (5, "upper left"),
        (6, "upper right"),
        (7, "lower right"),
        (8, "lower left"),
    ],
)
def test_exif_orientation_is_applied(orientation: int, bright_corner: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = open_image(encoded(_quadrants(), "PNG", exif=exif), name="photo.png")
    pixels = prepare(image, size=8, channels=1, resize="squeeze")[:, :, 0]
    rows, columns = {"upper": slice(0, 4), "lower": slice(4, 8)}, {"left": slice(0, 4), "right": slice(4, 8)}
    row, column = bright_corner.split()
    means = {(r, c): pixels[rows[r], columns[c]].mean() for r in rows for c in columns}
    assert max(means, key=means.__getitem__) == (row, column)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    values = np.array([[0, 257, 32_896, 65_535]], np.uint16).repeat(4, 0)
    image = open_image(encoded(Image.fromarray(values)), name="scan.png")
    grey = prepare(image, size=4, channels=1, resize="squeeze")
    assert grey[0, :, 0].tolist() == [0, 1, 128, 255]
    assert (prepare(image, size=4, channels=3, resize="squeeze") == grey).all()


def test_floats_and_wide_integers_are_scaled() -> None:
    fractions = Image.fromarray(np.array([[0.0, 0.5, 1.0, np.nan]], np.float32).repeat(4, 0))
    assert prepare(fractions, size=4, channels=1, resize="squeeze")[0, :, 0].tolist() == [0, 128, 255, 0]
    wide = Image.fromarray(np.array([[-100, -50, 0, 100]], np.int32).repeat(4, 0))
    assert prepare(wide, size=4, channels=1, resize="squeeze")[0, :, 0].tolist() == [0, 64, 128, 255]


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert prepare(clear, size=4, channels=3, resize="squeeze").min() == 255
    assert abs(int(prepare(half, size=4, channels=3, resize="squeeze")[0, 0, 0]) - 127) <= 1
    assert prepare(Image.new("LA", (4, 4), (0, 0)), size=4, channels=1, resize="squeeze").min() == 255


def test_transparent_palette_is_laid_on_white() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    opened = open_image(encoded(image, "PNG", transparency=0), name="icon.png")
    assert prepare(opened, size=4, channels=3, resize="squeeze").min() == 255


MODES = [
    "1",
    "L",
    "P",
    "RGB",
    "CMYK",
    "YCbCr",
    "HSV",
    "LAB",
    "LA",
    "RGBA",
    "PA",
    "La",
    "RGBa",
    "I",
    "F",
    "I;16",
    "I;16B",
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_mode_becomes_grey_or_rgb(mode: str, channels: int) -> None:
    pixels = prepare(Image.new(mode, (10, 12)), size=6, channels=channels, resize="squeeze")
    assert pixels.shape == (6, 6, channels)
    assert pixels.dtype == np.uint8


def test_cmyk_keeps_its_colours() -> None:
    image = open_image(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), name="print.jpg")
    red, green, blue = prepare(image, size=8, channels=3, resize="squeeze")[4, 4].astype(int)
    assert red > 240
    assert max(green, blue) < 15


def test_resize_policies() -> None:
    wide = Image.new("L", (20, 10), 255)
    padded = prepare(wide, size=10, channels=1, resize="pad")[:, :, 0]
    assert padded[0].max() == 0
    assert padded[5].min() == 255
    left_to_right = Image.fromarray(np.tile(np.linspace(0, 255, 30, dtype=np.uint8), (10, 1)))
    cropped = prepare(left_to_right, size=10, channels=1, resize="crop")[:, :, 0]
    squeezed = prepare(left_to_right, size=10, channels=1, resize="squeeze")[:, :, 0]
    assert squeezed[0, 0] < 20 < 60 < cropped[0, 0]


def test_masks_move_with_the_image_and_stay_labels() -> None:
    mask = np.zeros((10, 20), np.uint8)
    mask[2:6, 8:12] = 3
    for resize in ("squeeze", "crop", "pad"):
        moved = prepare_mask(mask, size=40, resize=resize)  # type: ignore[arg-type]
        picture = prepare(Image.fromarray(mask * 80), size=40, channels=1, resize=resize)[:, :, 0]  # type: ignore[arg-type]
        assert set(np.unique(moved)) == {0, 3}
        assert (moved.astype(bool) == (picture > 120)).mean() > 0.97


def test_the_size_is_checked_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    pixels = struct.pack(">I", 4) + b"IDAT" + b"none" + struct.pack(">I", zlib.crc32(b"IDATnone"))
    cases = (start + pixels, encoded(Image.new("1", (8_001, 8_000))))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: pytest.fail("decoded before the check"))
    for data in cases:
        with pytest.raises(DataError) as raised:
            open_image(data, name="bomb.png")
        assert raised.value.problem.code == "image_too_large"


@pytest.mark.parametrize("cut", [60, 200, 350])
def test_a_truncated_image_is_broken(cut: int) -> None:
    with pytest.raises(DataError) as raised:
        open_image(encoded(noise(0))[:cut], name="cut.png")
    assert raised.value.problem.code == "image_broken"


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7 ....", b"\0" * 100, b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_what_is_no_image_is_unknown(data: bytes) -> None:
    with pytest.raises(DataError) as raised:
        open_image(data, name="x.jpg")
    assert raised.value.problem.code == "image_unknown"
    assert "x.jpg" in raised.value.message("es")
