"""Pictures of maps."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from cnnlab.explain.explain import Explanation
from cnnlab.explain.render import (
    CELL,
    DIVERGING,
    GAP,
    SEQUENTIAL,
    array_npy,
    coloured,
    overlay,
    panel,
    panel_png,
    picture_of,
)


def rgb(colour: str) -> list[int]:
    return list(bytes.fromhex(colour))


def lightness(colours: np.ndarray) -> np.ndarray:
    return colours.astype(float) @ (0.2126, 0.7152, 0.0722)


def explanation(values: np.ndarray) -> Explanation:
    return Explanation(values.astype(np.float32), "grad_cam", "body.conv2", 0, 0, (1.0,))


def test_a_positive_map_runs_from_zero_to_its_largest_value() -> None:
    colours = coloured(np.array([[0.0, 2.0, 4.0]], dtype=np.float32))
    assert colours.dtype == np.uint8
    assert colours[0].tolist() == [rgb(SEQUENTIAL[0]), rgb(SEQUENTIAL[4]), rgb(SEQUENTIAL[-1])]


def test_the_sequential_scale_gets_lighter_all_the_way() -> None:
    assert (np.diff(lightness(coloured(np.linspace(0, 1, 64, dtype=np.float32)[None])[0])) > 0).all()


def test_a_signed_map_is_coloured_around_zero_by_the_same_measure_on_both_sides() -> None:
    colours = coloured(np.array([[-4.0, -1.0, 0.0, 1.0, 2.0]], dtype=np.float32))[0]
    assert colours[0].tolist() == rgb(DIVERGING[0])
    assert colours[1].tolist() == rgb(DIVERGING[3])
    assert colours[2].tolist() == rgb(DIVERGING[4])
    assert colours[3].tolist() == rgb(DIVERGING[5])
    assert colours[4].tolist() == rgb(DIVERGING[6])


def test_a_map_of_zeros_has_a_picture() -> None:
    values = np.zeros((3, 3), dtype=np.float32)
    assert (coloured(values) == rgb(SEQUENTIAL[0])).all()
    picture = np.full((3, 3, 3), 90, dtype=np.uint8)
    assert (overlay(picture, values) == picture).all()


def test_the_overlay_leaves_what_is_weak_and_colours_what_is_strong() -> None:
    picture = np.full((1, 2, 3), 90, dtype=np.uint8)
    mixed = overlay(picture, np.array([[0.0, 5.0]], dtype=np.float32))
    assert mixed[0, 0].tolist() == [90, 90, 90]
    assert mixed[0, 1].tolist() == [round(90 * 0.25 + part * 0.75) for part in rgb(SEQUENTIAL[-1])]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_panel_shows_input_map_and_overlay(channels: int) -> None:
    inputs = torch.arange(channels * 28 * 28, dtype=torch.float32).remainder(256).to(torch.uint8)
    inputs = inputs.view(1, channels, 28, 28)
    values = np.random.default_rng(0).normal(size=(28, 28)).astype(np.float32)
    image = panel(inputs, explanation(values))
    assert image.size == (3 * CELL + 2 * GAP, CELL)
    pixels = np.asarray(image)
    factor = CELL // 28
    cells = [pixels[::factor, start : start + CELL : factor] for start in (0, CELL + GAP, 2 * (CELL + GAP))]
    picture = picture_of(inputs)
    assert (picture == inputs[0].permute(1, 2, 0).numpy()).all()
    for cell, expected in zip(cells, (picture, coloured(values), overlay(picture, values)), strict=True):
        assert (cell == expected).all()
    assert (pixels[:, CELL : CELL + GAP] == 255).all()


@pytest.mark.parametrize(("side", "cell"), [(8, 224), (30, 240), (224, 224), (300, 300)])
def test_pixels_stay_whole_squares(side: int, cell: int) -> None:
    image = panel(torch.zeros(1, 1, side, side, dtype=torch.uint8), explanation(np.zeros((side, side))))
    assert image.size == (3 * cell + 2 * GAP, cell)


def test_files_hold_the_panel_and_the_map() -> None:
    inputs = torch.randint(0, 256, (1, 3, 16, 16), dtype=torch.uint8)
    shown = explanation(np.random.default_rng(0).normal(size=(16, 16)))
    with Image.open(io.BytesIO(panel_png(inputs, shown))) as image:
        assert image.format == "PNG"
        assert (np.asarray(image) == np.asarray(panel(inputs, shown))).all()
    stored = np.load(io.BytesIO(array_npy(shown)), allow_pickle=False)
    assert stored.dtype == np.float32
    assert (stored == shown.map).all()
