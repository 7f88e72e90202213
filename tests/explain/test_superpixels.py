"""Superpixels: connected, numbered without a gap, and along the edges of the image."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.explain.attribution.superpixels import superpixels


@pytest.mark.parametrize("count", [2, 9, 50, 500])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 12, 40), (3, 1, 1)])
def test_superpixels_are_connected_numbered_and_about_as_many_as_asked_for(
    count: int, shape: tuple[int, int, int]
) -> None:
    image = np.random.default_rng(0).random(shape, dtype=np.float32)
    labels = superpixels(image, count)
    numbers = np.unique(labels)
    assert labels.shape == shape[1:]
    assert numbers.tolist() == list(range(len(numbers)))
    wanted = min(count, labels.size)
    assert wanted / 2 <= len(numbers) <= wanted * 1.5 + 1
    assert all(connected(labels == number) for number in numbers)
    assert (labels == superpixels(image, count)).all()


def connected(inside: np.ndarray) -> bool:
    reached = np.zeros_like(inside)
    reached[tuple(np.argwhere(inside)[0])] = True
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= inside
        if (grown == reached).all():
            return bool((reached == inside).all())
        reached = grown


def test_superpixels_follow_an_edge_of_colour() -> None:
    image = np.zeros((1, 40, 40), np.float32)
    image[:, :, 17:] = 1  # not where a grid of ten pixels would cut
    labels = superpixels(image, 16)
    assert set(np.unique(labels[:, :17])) & set(np.unique(labels[:, 17:])) == set()
