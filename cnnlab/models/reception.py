"""How a receptive field grows from layer to layer of a design (Araujo, Norris, Sim 2019, equations 2 to 6), with the
arithmetic that inspects every network.

Normalisation is left out of account, as everywhere in the literature, although layer and group normalisation look at
the whole map for its mean and spread.
"""

from __future__ import annotations

from cnnlab.models.layers.base import MAPS, Measured
from cnnlab.models.receptive import Receptive
from cnnlab.models.receptive_graph import Axis, Field
from cnnlab.models.shapes import Shape

Axes = tuple[Axis, Axis]


def of_pixels(image: Shape) -> Axes:
    """Of the input itself: each pixel sees itself."""
    return Axis(image.height, 1, 1, 0), Axis(image.width, 1, 1, 0)


def seen_through(axes: Axes, measured: Measured) -> Axes:
    """Of the positions of a layer's output, where ``axes`` are of those of its input."""
    counts = measured.shape[1:] if len(measured.shape) == MAPS else tuple(axis.count for axis in axes)
    rows, columns = (
        _along(axis, number, count, measured) for number, (axis, count) in enumerate(zip(axes, counts, strict=True))
    )
    return rows, columns


def _along(axis: Axis, number: int, count: int, measured: Measured) -> Axis:
    if measured.whole:
        return axis.collapsed()
    if measured.irregular and axis.moves:
        return axis.irregular(count)
    for windows in measured.windows:
        axis = axis.window(windows[number].kernel, windows[number].stride, windows[number].before, 1, count)
    return axis


def receptive(axes: Axes, image: Shape) -> Receptive | None:
    """Of one position; ``None`` where the fields of a map differ, as after windows of several sizes."""
    return Field(axes, {}).receptive(image.height, image.width)
