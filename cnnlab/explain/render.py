"""Pictures of maps: the input, the map and both together, in colours that keep their order in grey and for all eyes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from cnnlab.explain import display
from cnnlab.explain.display import Scale, scale_of
from cnnlab.explain.explain import Explanation

Picture = NDArray[np.uint8]  # [H, W, 3]

CELL = 224  # smallest side of each of the three pictures, in pixels
GAP = 8
OPACITY = 0.75  # of the strongest place in the overlay

SEQUENTIAL = display.SEQUENTIAL["viridis"]
DIVERGING = display.DIVERGING


def coloured(values: NDArray[np.float32], scale: Scale | None = None) -> Picture:
    """[H, W] -> [H, W, 3]: from 0 to the largest value; with negative values, a diverging scale around 0.

    ``scale``: the one that the map shares with others, instead of its own.
    """
    taken = scale or scale_of([values])
    shares = np.clip(values / taken.limit, -1.0, 1.0)
    return _looked_up(shares / 2 + 0.5 if taken.diverging else shares, taken.steps)


def scale_bar(*, signed: bool, width: int = 256, height: int = 8, colours: tuple[str, ...] = SEQUENTIAL) -> Picture:
    """[height, width, 3]: the colours of ``coloured`` from the least on the left to the most on the right."""
    shares = np.broadcast_to(np.linspace(0.0, 1.0, width), (height, width))
    return _looked_up(shares, DIVERGING if signed else colours)


def overlay(
    picture: Picture, values: NDArray[np.float32], opacity: float = OPACITY, scale: Scale | None = None
) -> Picture:
    """The map over the greyed picture, both [H, W, …]: the stronger a place, the more of its colour.

    ``opacity`` in [0, 1] is that of the strongest place.
    """
    taken = scale or scale_of([values])
    grey = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32)[:, :, None]
    cover = opacity * np.clip(np.abs(values) / taken.limit, 0.0, 1.0)[:, :, None]
    mixed = grey * (1 - cover) + coloured(values, taken) * cover
    return np.rint(mixed).astype(np.uint8)


def picture_of(inputs: Tensor) -> Picture:
    """[1, C, H, W] uint8, grey or RGB -> [H, W, 3]."""
    pixels: Picture = inputs[0].permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def panel(
    inputs: Tensor, explanation: Explanation, opacity: float = OPACITY, scale: Scale | None = None
) -> Image.Image:
    """Input, map and overlay side by side on white, each enlarged by a whole factor so that pixels stay squares."""
    picture = picture_of(inputs)
    drawn = explanation.map
    cells = (picture, coloured(drawn, scale), overlay(picture, drawn, opacity, scale))
    factor = max(1, -(-CELL // min(picture.shape[:2])))
    height, width = (side * factor for side in picture.shape[:2])
    image = Image.new("RGB", (3 * width + 2 * GAP, height), "white")
    for i, cell in enumerate(cells):
        enlarged = Image.fromarray(cell).resize((width, height), Image.Resampling.NEAREST)
        image.paste(enlarged, (i * (width + GAP), 0))
    return image


def png(picture: Picture) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG")
    return content.getvalue()


def panel_png(inputs: Tensor, explanation: Explanation, opacity: float = OPACITY, scale: Scale | None = None) -> bytes:
    """``panel`` as PNG."""
    content = io.BytesIO()
    panel(inputs, explanation, opacity, scale).save(content, format="PNG")
    return content.getvalue()


def array_npy(explanation: Explanation) -> bytes:
    """The map as NPY, [H, W] float32."""
    content = io.BytesIO()
    np.save(content, explanation.map, allow_pickle=False)
    return content.getvalue()


def _looked_up(shares: NDArray[np.floating[Any]], scale: tuple[str, ...]) -> Picture:
    """Shares in [0, 1] -> colours, linear between the steps of ``scale``."""
    anchors = np.array([tuple(bytes.fromhex(colour)) for colour in scale], dtype=np.float32)
    places = np.linspace(0.0, 1.0, len(scale))
    channels = [np.interp(shares, places, anchors[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
