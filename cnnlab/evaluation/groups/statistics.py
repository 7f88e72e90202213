"""What an image is like as a picture, whatever it shows: computed from prepared pixels, a block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.store import Prepared

Floats = NDArray[np.float64]
STATISTICS = ("brightness", "contrast", "saturation", "sharpness")
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_BLOCK_BYTES = 32_000_000


def offered(channels: int) -> list[str]:
    """Grey images have no saturation."""
    return [name for name in STATISTICS if channels == 3 or name != "saturation"]


def measure(prepared: Prepared, name: str) -> Floats:
    """[N] of every image of the dataset; each statistic is in [0, 1]."""
    inputs = prepared.inputs
    step = max(1, _BLOCK_BYTES // max(1, 4 * int(np.prod(inputs.shape[1:]))))
    blocks = [of_images(np.asarray(inputs[at : at + step]), name) for at in range(0, len(inputs), step)]
    return np.concatenate(blocks) if blocks else np.empty(0)


def of_images(images: NDArray[np.uint8], name: str) -> Floats:
    """[N] from [N, H, W, C].

    brightness: mean of the luma; contrast: its standard deviation (RMS contrast, Peli 1990); saturation: mean of
    (max - min) / max over the colours, 0 of black; sharpness: mean size of the step from a pixel to the next.
    """
    pixels = images.astype(np.float32) / 255
    if name == "saturation":
        most, least = pixels.max(3), pixels.min(3)
        return ((most - least) / np.maximum(most, 1e-6)).mean((1, 2)).astype(np.float64)
    luma = pixels @ _LUMA if pixels.shape[3] == 3 else pixels[..., 0]
    if name == "brightness":
        return luma.mean((1, 2)).astype(np.float64)
    if name == "contrast":
        return luma.std((1, 2)).astype(np.float64)
    across, down = np.abs(np.diff(luma, axis=2)), np.abs(np.diff(luma, axis=1))
    return (_mean(across) + _mean(down)) / 2


def _mean(steps: NDArray[np.float32]) -> Floats:
    """Of an image a pixel wide there are no steps: 0."""
    return steps.mean((1, 2)).astype(np.float64) if steps.size else np.zeros(len(steps))
