"""Draws static/digits.png, the picture on Home: real images of scikit-learn's digits, a column a class.

    python docs/digits_picture.py

The ink is the accent with the pixel's value as its opacity, so that one file suits the light and the dark theme.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

ROWS, CELL, GAP, MARGIN = 5, 6, 1, 14
INK = (0x5C, 0x69, 0xE8)
TARGET = Path(__file__).resolve().parent.parent / "static" / "digits.png"


def main() -> None:
    digits = load_digits()
    tile = 8 * (CELL + GAP)
    step = tile + MARGIN
    canvas = np.zeros((ROWS * step - MARGIN, 10 * step - MARGIN, 4), np.uint8)
    canvas[..., :3] = INK
    for label in range(10):
        for row, image in enumerate(digits.images[digits.target == label][:ROWS]):
            place(canvas, image / 16.0, row * step, label * step)
    Image.fromarray(canvas).save(TARGET, optimize=True)


def place(canvas: np.ndarray, image: np.ndarray, top: int, left: int) -> None:
    """One square a pixel; a faint square where the pixel is empty shows the grid that the network is given."""
    for y, x in np.ndindex(8, 8):
        opacity = 0.07 + 0.93 * image[y, x]
        y0, x0 = top + y * (CELL + GAP), left + x * (CELL + GAP)
        canvas[y0 : y0 + CELL, x0 : x0 + CELL, 3] = round(255 * opacity)


if __name__ == "__main__":
    main()
