"""Where the places of an image are in a layer's output: convolutions, windows and tokens lay them out differently.

Whoever looks at maps turns them into one layout first: summing token features over the wrong axis gives a map that
looks like one, without an error.
"""

from __future__ import annotations

import math
from typing import Literal

from torch import Tensor, nn

Layout = Literal["maps", "channels_last", "tokens"]
"""[N, C, H, W]; [N, H, W, C]; [N, T, C], of which the last H x W tokens are places, row by row."""

MOST_PREFIX_TOKENS = 5  # class token and four registers
_MAPS_FIRST = (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d, nn.AvgPool2d)  # in any network


def as_maps(output: Tensor, layout: Layout, size: tuple[int, int]) -> Tensor | None:
    """[N, C, h, w] of a layer's ``output`` for an input of ``size`` (height, width); ``None`` where it has no places.

    Tokens that stand for no place (a class token) are left out. A view where it can be: gradients pass.
    """
    if output.ndim == 4:
        return output.permute(0, 3, 1, 2) if layout == "channels_last" else output
    if output.ndim != 3:
        return None
    grid = token_grid(output.shape[1], size)
    if grid is None:
        return None
    prefix, height, width = grid
    return output[:, prefix:].transpose(1, 2).unflatten(2, (height, width))


def token_grid(tokens: int, size: tuple[int, int]) -> tuple[int, int, int] | None:
    """(tokens before the places, rows, columns) of ``tokens`` for an image of ``size``: the fewest tokens before."""
    ratio = size[0] / size[1]
    for prefix in range(min(MOST_PREFIX_TOKENS, tokens - 1) + 1):
        places = tokens - prefix
        rows = round(math.sqrt(places * ratio))
        if rows and places % rows == 0 and places // rows == round(math.sqrt(places / ratio)):
            return prefix, rows, places // rows
    return None


def layout_of(module: nn.Module, stated: Layout) -> Layout:
    """Of one layer in a network whose attribution layers have the layout ``stated``: its convolutions have maps."""
    return "maps" if isinstance(module, _MAPS_FIRST) else stated
