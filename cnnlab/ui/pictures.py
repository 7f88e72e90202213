"""Images of datasets on a page: sharp pixels, an alternative text, a caption of plain text."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.ui.text import plain

SIDE = 112  # smallest side on the page, in pixels

Pixels = NDArray[np.uint8]  # [H, W, 3], [H, W, 1] or [H, W]


def enlarged(pixels: Pixels, side: int = SIDE) -> Pixels:
    """Repeats pixels a whole number of times, so that a digit of 8 x 8 stays a digit and does not become a blur."""
    picture = pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    factor = max(1, -(-side // max(1, min(picture.shape[:2]))))
    return np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)


def draw(pixels: Pixels, *, alt: str, caption: str | None = None, side: int = SIDE, **layout: Any) -> None:
    """``caption`` is user text: it is shown as it is."""
    shown = None if caption is None else plain(caption)
    st.image(enlarged(pixels, side), caption=shown, alt=alt, width=layout.get("width", "stretch"))
