"""Where maps point, against places that are known; and the maps that know nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnlab.explain.grading.controls import edge_map, random_map
from cnnlab.explain.scores import energy_inside, pointing_game

SIDE = 48


def mask_at(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[rows, columns] = True
    return mask


def point_at(row: int, column: int) -> np.ndarray:
    found = np.zeros((SIDE, SIDE), np.float32)
    found[row, column] = 1.0
    return found


@pytest.mark.parametrize(("row", "expected"), [(10, 1.0), (7, 1.0), (6, 0.0), (22, 1.0), (23, 0.0)])
def test_the_strongest_place_may_lie_three_pixels_beside_an_object_of_a_48_pixel_image(
    row: int, expected: float
) -> None:
    mask = mask_at(slice(10, 20), slice(10, 20))
    assert pointing_game.tolerance_for(SIDE) == 3
    assert pointing_game.tolerance_for(224) == 15
    assert pointing_game.hit(point_at(row, 12), mask) == expected


def test_distance_is_measured_in_a_circle_and_tolerance_may_be_chosen() -> None:
    mask = mask_at(slice(20, 21), slice(20, 21))
    assert pointing_game.hit(point_at(22, 22), mask, tolerance=3) == 1.0
    assert pointing_game.hit(point_at(23, 23), mask, tolerance=3) == 0.0
    assert pointing_game.hit(point_at(21, 20), mask, tolerance=0) == 0.0


def test_a_map_that_is_the_same_everywhere_hits_as_often_as_chance() -> None:
    mask = mask_at(slice(0, 24), slice(0, SIDE))
    assert pointing_game.hit(np.zeros((SIDE, SIDE)), mask, tolerance=0) == pytest.approx(0.5)
    assert pointing_game.hit(point_at(0, 0), np.zeros((SIDE, SIDE), bool)) == 0.0


def test_only_what_speaks_for_the_class_is_energy() -> None:
    mask = mask_at(slice(0, 24), slice(0, SIDE))
    found = np.zeros((SIDE, SIDE), np.float32)
    found[0, 0], found[30, 0], found[40, 0] = 3.0, 1.0, -50.0
    assert energy_inside.share(found, mask) == pytest.approx(0.75)
    assert energy_inside.share(-np.abs(found), mask) == 0.0


def test_a_random_map_is_drawn_from_its_seed_alone() -> None:
    before = torch.random.get_rng_state()
    first, again, other = random_map((5, 7), 1), random_map((5, 7), 1), random_map((5, 7), 2)
    assert first.shape == (5, 7)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_edge_map_sees_the_step_and_not_the_border() -> None:
    inputs = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    inputs[..., 4:] = 10
    found = edge_map(inputs)
    # Sobel of a vertical step of 10: 4 x 10 in the columns on either side, nothing elsewhere
    np.testing.assert_allclose(found[:, 3:5], 40.0)
    assert found.sum() == pytest.approx(40.0 * 2 * 8)
    assert found.dtype == np.float32
