"""Colours and textures of the drawn images, all from the generator that they are given."""

from __future__ import annotations

import math

import numpy as np

from cnnlab.data.drawing.outlines import Floats

CALM_DARKEST, CALM_LEVEL, CALM_CONTRAST, CALM_TINT = 0.06, 0.3, 0.12, 0.08  # of a calm background, in RGB
COLOUR_DISTANCE = 0.45  # least distance in RGB between a shape and both colours behind it


def colours(generator: np.random.Generator, number: int, *, calm: bool) -> Floats:
    """[N, 3, 3]: two colours of the background and one of the shape that stands out from both."""
    behind = generator.random((number, 2, 1, 3), dtype=np.float32)
    if calm:  # two greys near each other, with a breath of colour
        level = CALM_DARKEST + CALM_LEVEL * behind[:, :1, :, :1]
        step = np.array([0.0, CALM_CONTRAST], np.float32)[None, :, None, None]
        behind = level + step + CALM_TINT * (behind - 0.5)
    candidates = generator.random((number, 1, 16, 3), dtype=np.float32)
    if calm:  # bright ones only: an outline is a step in the same direction everywhere
        candidates /= candidates.max(axis=3, keepdims=True)
    nearest = np.sqrt(np.square(candidates - behind).sum(3)).min(1)
    # the first that is far enough, else the farthest
    best = np.where((nearest >= COLOUR_DISTANCE).any(1), (nearest >= COLOUR_DISTANCE).argmax(1), nearest.argmax(1))
    chosen = candidates[np.arange(number), 0, best]
    return np.concatenate([behind[:, :, 0], chosen[:, None]], axis=1)


def mixed(first: Floats, second: Floats, share: Floats) -> Floats:
    """[N, H, W, 3]: from ``first`` [N, 3] where ``share`` [N, H, W] is 0 to ``second`` where it is 1."""
    mixed: Floats = first[:, None, None] + (second - first)[:, None, None] * share[..., None]
    return mixed


def textures(generator: np.random.Generator, number: int, size: int) -> Floats:
    """[N, size, size] in [0, 1]: clouds, stripes, checks or grain, with a little grain over all of them."""
    place = np.arange(size, dtype=np.float32) / size
    turn = generator.uniform(0.0, 2.0 * math.pi, number)
    waves = generator.uniform(3.0, 9.0, number)
    along = (np.cos(turn) * waves).astype(np.float32)[:, None, None] * place[None, None, :]
    across = (np.sin(turn) * waves).astype(np.float32)[:, None, None] * place[None, :, None]
    stripes = _triangle_wave(along + across)
    checks = ((np.floor(along * 2.0 + across * 2.0) + np.floor(across * 2.0 - along * 2.0)) % 2.0).astype(np.float32)
    grain = generator.random((number, size, size), dtype=np.float32)
    kinds = np.stack([_clouds(generator, number, place), stripes, checks, grain])
    chosen = kinds[generator.integers(0, len(kinds), number), np.arange(number)]
    return 0.85 * chosen + 0.15 * grain


def _triangle_wave(phase: Floats) -> Floats:
    wave: Floats = np.abs((phase % 1.0) * 2.0 - 1.0)
    return wave


def _clouds(generator: np.random.Generator, number: int, place: Floats, cells: int = 6) -> Floats:
    """Random values on a coarse grid, and between them in a straight line."""
    grid = generator.random((number, cells + 1, cells + 1), dtype=np.float32)
    low = np.floor(place * cells).astype(np.int64)
    share = place * cells - low
    rows = grid[:, low] + (grid[:, low + 1] - grid[:, low]) * share[None, :, None]
    clouds: Floats = rows[:, :, low] + (rows[:, :, low + 1] - rows[:, :, low]) * share[None, None, :]
    return clouds
