"""Filters, maps and frames as pictures."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from cnnlab.plots import inside as sheets


def test_a_sheet_has_every_square_in_its_place() -> None:
    squares = np.stack([np.full((2, 2, 3), 10 * number, np.uint8) for number in range(5)])
    sheet = sheets.sheet(squares, columns=2)
    factor, gap = 28, 4
    assert sheet.shape == (3 * 2 * factor + 2 * gap, 2 * 2 * factor + gap, 4)
    assert sheet[0, 0].tolist() == [0, 0, 0, 255]
    assert sheet[0, 2 * factor + gap].tolist() == [10, 10, 10, 255]
    assert sheet[-1, 0].tolist() == [40, 40, 40, 255]
    assert sheet[-1, -1, 3] == 0  # the sixth place is empty


def test_signed_filters_keep_zero_in_the_middle_of_the_scale() -> None:
    values = np.array([[[0.0, 1.0]], [[0.5, 0.0]]], np.float32)
    drawn = sheets.coloured_filters(values)
    assert drawn.shape == (2, 1, 2, 3)
    assert drawn[0, 0, 0].tolist() == drawn[1, 0, 1].tolist() == [247, 247, 247]
    assert drawn[0, 0, 1].tolist() != drawn[1, 0, 0].tolist()


def test_coloured_filters_are_grey_at_zero_and_each_has_its_scale() -> None:
    values = np.zeros((2, 1, 1, 3), np.float32)
    values[1, 0, 0] = [0.02, 0.0, -0.02]
    drawn = sheets.coloured_filters(values)
    assert drawn[0, 0, 0].tolist() == [128, 128, 128]
    assert drawn[1, 0, 0].tolist() == [255, 128, 0]


def test_a_frame_is_cut_off_at_the_image_and_includes_its_ends() -> None:
    red, green = (255, 0, 0), (0, 255, 0)
    drawn = sheets.framed(
        np.zeros((10, 10, 3), np.uint8), [(red, (2, 2, 4, 4), False), (green, (-3, -3, 30, 30), True)], side=100
    )
    assert drawn.shape == (100, 100, 3)
    assert drawn[20, 20].tolist() == drawn[49, 49].tolist() == [255, 0, 0]
    assert drawn[50, 50].tolist() == drawn[35, 35].tolist() == [0, 0, 0]
    border = np.concatenate([drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1]])
    dashed = (border == green).all(-1).mean()
    assert 0.3 < dashed < 0.7


def test_a_picture_as_a_file() -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(sheets.png(picture)))), picture)
    assert np.array_equal(np.load(io.BytesIO(sheets.npy(np.ones((2, 2), np.float32)))), np.ones((2, 2)))
