"""Pictures of maps: the input, the map and both together, in colours that keep their order in grey and for all eyes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from cnnlab.errors import LabError
from cnnlab.explain.explain import Explanation
from cnnlab.failures import is_disk_full
from cnnlab.home import write_atomically

Picture = NDArray[np.uint8]  # [H, W, 3]

CELL = 224  # smallest side of each of the three pictures, in pixels
GAP = 8
OPACITY = 0.75  # of the strongest place in the overlay

# viridis (van der Walt & Smith 2015) at nine even steps
SEQUENTIAL = ("440154", "472D7B", "3B528B", "2C728E", "21918C", "28AE80", "5EC962", "ADDC30", "FDE725")
# the dashboard's two hues, cold against and warm for
DIVERGING = ("26317F", "3F4FCB", "6C7ADA", "A5AFEC", "F7F7F7", "F0BE8F", "E3924B", "C2630F", "8A4509")


def coloured(values: NDArray[np.float32]) -> Picture:
    """[H, W] -> [H, W, 3]: from 0 to the largest value; with negative values, a diverging scale around 0."""
    strongest = _strongest(values)
    if (values < 0).any():
        return _looked_up(values / strongest / 2 + 0.5, DIVERGING)
    return _looked_up(values / strongest, SEQUENTIAL)


def scale_bar(*, signed: bool, width: int = 256, height: int = 8) -> Picture:
    """[height, width, 3]: the colours of ``coloured`` from the least on the left to the most on the right."""
    shares = np.broadcast_to(np.linspace(0.0, 1.0, width), (height, width))
    return _looked_up(shares, DIVERGING if signed else SEQUENTIAL)


def overlay(picture: Picture, values: NDArray[np.float32], opacity: float = OPACITY) -> Picture:
    """The map over the greyed picture, both [H, W, …]: the stronger a place, the more of its colour.

    ``opacity`` in [0, 1] is that of the strongest place.
    """
    grey = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32)[:, :, None]
    cover = opacity * (np.abs(values) / _strongest(values))[:, :, None]
    mixed = grey * (1 - cover) + coloured(values) * cover
    return np.rint(mixed).astype(np.uint8)


def picture_of(inputs: Tensor) -> Picture:
    """[1, C, H, W] uint8, grey or RGB -> [H, W, 3]."""
    pixels: Picture = inputs[0].permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def panel(inputs: Tensor, explanation: Explanation, opacity: float = OPACITY) -> Image.Image:
    """Input, map and overlay side by side on white, each enlarged by a whole factor so that pixels stay squares."""
    picture = picture_of(inputs)
    cells = (picture, coloured(explanation.map), overlay(picture, explanation.map, opacity))
    factor = max(1, -(-CELL // min(picture.shape[:2])))
    height, width = (side * factor for side in picture.shape[:2])
    image = Image.new("RGB", (3 * width + 2 * GAP, height), "white")
    for i, cell in enumerate(cells):
        enlarged = Image.fromarray(cell).resize((width, height), Image.Resampling.NEAREST)
        image.paste(enlarged, (i * (width + GAP), 0))
    return image


def panel_png(inputs: Tensor, explanation: Explanation, opacity: float = OPACITY) -> bytes:
    """``panel`` as PNG."""
    content = io.BytesIO()
    panel(inputs, explanation, opacity).save(content, format="PNG")
    return content.getvalue()


def array_npy(explanation: Explanation) -> bytes:
    """The map as NPY, [H, W] float32."""
    content = io.BytesIO()
    np.save(content, explanation.map, allow_pickle=False)
    return content.getvalue()


def save_panel(path: Path, inputs: Tensor, explanation: Explanation, opacity: float = OPACITY) -> None:
    """Raises ``LabError`` ("not_writable")."""
    _write(path, panel_png(inputs, explanation, opacity), "--out")


def save_array(path: Path, explanation: Explanation) -> None:
    """Raises ``LabError`` ("not_writable")."""
    _write(path, array_npy(explanation), "--array")


def _write(path: Path, content: bytes, field: str) -> None:
    try:
        write_atomically(path, content)
    except (OSError, ValueError) as error:  # ValueError: a path without a name, such as "" or "."
        if isinstance(error, OSError) and is_disk_full(error):
            raise
        raise LabError("not_writable", field=field, value=str(path)) from error


def _strongest(values: NDArray[np.float32]) -> float:
    return float(np.abs(values).max(initial=0.0)) or 1.0  # a map of zeros has no scale of its own


def _looked_up(shares: NDArray[np.floating[Any]], scale: tuple[str, ...]) -> Picture:
    """Shares in [0, 1] -> colours, linear between the steps of ``scale``."""
    anchors = np.array([tuple(bytes.fromhex(colour)) for colour in scale], dtype=np.float32)
    places = np.linspace(0.0, 1.0, len(scale))
    channels = [np.interp(shares, places, anchors[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
