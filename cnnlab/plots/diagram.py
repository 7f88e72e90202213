"""A network as papers draw it, from plain numbers: a box a step, as high as its maps' side and as wide as their number.

The figure's units are pixels whatever the page's width: the x axis is anchored to the y axis, whose range is the
height in pixels. So a long network keeps its scale, and is dragged sideways. Widths grow with the logarithm of the
channels and heights with the root of the side, since 3 to 2048 channels and 224 to 1 pixels have to fit one page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from cnnlab.plots import figures
from cnnlab.plots.palette import Palette

_HEIGHT, _ARC_ROOM = 226, 36  # pixels of the figure, and what arcs take besides
_TALLEST, _LOWEST = 112.0, 9.0
_SLOPE = 0.22  # of the third axis, as a part of the side
_GAP = 30.0
_CHARACTER = 6.3  # pixels of one at font size 11, on average
_LONGEST_LINE, _MOST_LINES = 15, 3
_LINE = 14.0
_ARC = 26.0
_POINTS = 17  # of an arc

# kind of a block -> place among the categorical colours; others are muted
_COLOURS = {"convolution": 0, "pooling": 1, "residual": 4, "attention": 3, "recurrent": 5, "linear": 6, "output": 2}
Point = tuple[float | None, float | None]


@dataclass(frozen=True)
class Block:
    """One step. ``shape`` is what it gives, of one sample: (channels, height, width), or (numbers,).

    ``kind`` decides the colour: "input", "convolution", "pooling", "residual", "attention", "recurrent", "linear",
    "output", "other". ``operation`` says in a few words what made it of the step before, ``details`` is read when the
    mouse rests on it. ``skip``: an arc leads around the operation, or around the last ``skip`` of them.
    """

    shape: tuple[int, ...]
    kind: str
    operation: str
    details: str = ""
    skip: int = 0
    chosen: bool = False


@dataclass(frozen=True)
class Box:
    """Where a block is drawn: its front's left, width and height, how far its depth reaches, what it takes in all."""

    left: float
    width: float
    height: float
    depth: float
    start: float
    room: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def centre(self) -> float:
        return self.start + self.room / 2


def size_label(shape: Sequence[int]) -> str:
    """``32@28×28``, as LeNet's paper writes it; ``120`` for numbers without positions."""
    if len(shape) < 3:
        return "×".join(str(side) for side in shape)
    return f"{shape[0]}@{'×'.join(str(side) for side in shape[1:])}"


def boxes(blocks: Sequence[Block]) -> list[Box]:
    """One a block, from left to right, in pixels."""
    largest = max((max(block.shape[1:]) for block in blocks if len(block.shape) > 1), default=1)
    placed: list[Box] = []
    start = 0.0
    for block in blocks:
        width, height, depth = _extent(block.shape, largest)
        lines = [size_label(block.shape), *_wrapped(block.operation)]
        room = max(width + depth, *(_CHARACTER * len(line) for line in lines))
        left = start + (room - width - depth) / 2
        placed.append(Box(left, width, height, depth, start, room))
        start += room + _GAP
    return placed


def length(blocks: Sequence[Block]) -> float:
    """Of the whole drawing, in pixels: a page narrower than this has to be dragged."""
    placed = boxes(blocks)
    return placed[-1].start + placed[-1].room if placed else 0.0


def height(blocks: Sequence[Block]) -> int:
    """Of the figure, in pixels."""
    return _HEIGHT + (_ARC_ROOM if any(block.skip for block in blocks) else 0)


def figure(blocks: Sequence[Block], colours: Palette, language: str) -> go.Figure:
    """The whole network from left to right. Labels are plain text; nothing in them is read as markup."""
    placed = boxes(blocks)
    drawing = go.Figure([*_faces(blocks, placed, colours), *_arrows(blocks, placed, colours), _hover(blocks, placed)])
    figures.styled(drawing, colours, language, height=height(blocks), legend=False)
    pairs = list(zip(blocks, placed, strict=True))
    drawing.update_layout(  # all at once: one by one costs ten times as long
        annotations=[write(block, box, colours) for block, box in pairs for write in (_size, _operation)]
    )
    whole = length(blocks)
    drawing.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode="pan", hovermode="closest")
    below = _MOST_LINES * _LINE + 16
    low, high = -below - _TALLEST / 2, height(blocks) - below - _TALLEST / 2
    # not fixedrange: it would hold the x axis as well, which shares its scale
    drawing.update_yaxes(range=[low, high], minallowed=low, maxallowed=high, visible=False)
    drawing.update_xaxes(
        range=[-10, 90],
        scaleanchor="y",
        scaleratio=1,
        constraintoward="left",
        minallowed=-10,
        maxallowed=max(whole + 10, 4000),
        visible=False,
    )
    return drawing


def _extent(shape: Sequence[int], largest: int) -> tuple[float, float, float]:
    """Width, height and depth in pixels."""
    if len(shape) == 1:
        return 9.0, min(_TALLEST, 14 + 9 * math.log2(max(1, shape[0]))), 0.0
    sides = [max(_LOWEST, _TALLEST * math.sqrt(max(1, side) / max(1, largest))) for side in shape[1:]]
    return 5 + 6 * math.log2(max(1, shape[0])), sides[0], _SLOPE * sides[-1]


def _wrapped(words: str) -> list[str]:
    """At most three lines; what does not fit is in the details."""
    lines = [""]
    for word in words.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LONGEST_LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…"]
    return [line if len(line) <= 2 * _LONGEST_LINE else f"{line[: 2 * _LONGEST_LINE - 1]}…" for line in lines]


def _colour(kind: str, colours: Palette) -> str:
    return colours.categorical[_COLOURS[kind]] if kind in _COLOURS else colours.muted


def _faces(blocks: Sequence[Block], placed: Sequence[Box], colours: Palette) -> list[go.Scatter]:
    """One trace a colour and face: polygons with gaps between them, so that a hundred layers are a few traces."""
    corners: dict[tuple[str, float, float], list[Point]] = {}
    for block, box in zip(blocks, placed, strict=True):
        colour, line = _colour(block.kind, colours), 2.5 if block.chosen else 1.0
        low, high = -box.height / 2, box.height / 2
        front = [(box.left, low), (box.right, low), (box.right, high), (box.left, high), (box.left, low)]
        _add(corners, (colour, 0.30, line), front)
        if box.depth:
            back, up = box.right + box.depth, box.depth * 0.8
            top = [(box.left, high), (box.right, high), (back, high + up), (box.left + box.depth, high + up)]
            side = [(box.right, low), (back, low + up), (back, high + up), (box.right, high)]
            _add(corners, (colour, 0.14, line), [*top, top[0]])
            _add(corners, (colour, 0.50, line), [*side, side[0]])
    return [
        go.Scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="lines",
            fill="toself",
            fillcolor=_tint(colour, opacity),
            line={"color": colour, "width": line},
            hoverinfo="skip",
        )
        for (colour, opacity, line), points in corners.items()
    ]


def _add(
    corners: dict[tuple[str, float, float], list[Point]], key: tuple[str, float, float], new: Sequence[Point]
) -> None:
    points = corners.setdefault(key, [])
    points.extend([(None, None), *new] if points else new)


def _arrows(blocks: Sequence[Block], placed: Sequence[Box], colours: Palette) -> list[go.Scatter]:
    lines: list[Point] = []
    heads: list[tuple[float, float, str]] = []
    for number in range(1, len(blocks)):
        before, box = placed[number - 1], placed[number]
        lines += [(before.right + before.depth + 4, 0.0), (box.left - 4, 0.0), (None, None)]
        heads.append((box.left - 7, 0.0, "triangle-right"))
        if blocks[number].skip:
            arc = _arc(placed[max(0, number - blocks[number].skip)], box)
            lines += [*arc, (None, None)]
            heads.append((box.left + box.width / 2, _top(box) + 25, "triangle-down"))
    common = {"hoverinfo": "skip", "showlegend": False}
    return [
        go.Scatter(x=[x for x, _ in lines], y=[y for _, y in lines], mode="lines", line=_line(colours), **common),
        go.Scatter(
            x=[x for x, _, _ in heads],
            y=[y for _, y, _ in heads],
            mode="markers",
            marker={"symbol": [symbol for *_, symbol in heads], "size": 7, "color": colours.muted},
            **common,
        ),
    ]


def _line(colours: Palette) -> dict[str, object]:
    return {"color": colours.muted, "width": 1}


def _arc(before: Box, box: Box) -> Iterable[Point]:
    """From above one box to above the other, over their labels (a parabola)."""
    left, right = before.left + before.width / 2, box.left + box.width / 2
    start, end = _top(before) + 25, _top(box) + 25
    highest = _TALLEST / 2 + _SLOPE * _TALLEST * 0.8 + 25
    rise = max(_ARC, highest + _ARC - (start + end) / 2) if max(start, end) < highest else _ARC
    for step in range(_POINTS):
        along = step / (_POINTS - 1)
        yield left + along * (right - left), start + along * (end - start) + 4 * along * (1 - along) * min(rise, 44)


def _top(box: Box) -> float:
    return box.height / 2 + box.depth * 0.8


def _hover(blocks: Sequence[Block], placed: Sequence[Box]) -> go.Scatter:
    """Points without a mark, one a box: what is filled can't say one thing a polygon."""
    return go.Scatter(
        x=[box.left + (box.width + box.depth) / 2 for box in placed],
        y=[0.0] * len(placed),
        mode="markers",
        marker={"size": [max(24.0, min(90.0, box.height)) for box in placed], "opacity": 0},
        hovertext=[
            "<br>".join(figures.text(line, 90) for line in (block.details or block.operation).split("\n"))
            for block in blocks
        ],
        hoverinfo="text",
        showlegend=False,
    )


def _size(block: Block, box: Box, colours: Palette) -> dict[str, object]:
    words = figures.text(size_label(block.shape))
    return {
        "x": box.centre,
        "y": _top(box) + 4,
        "yanchor": "bottom",
        "text": f"<b>{words}</b>" if block.chosen else words,
        "showarrow": False,
        "font": {"size": 11, "color": colours.accent if block.chosen else colours.text},
    }


def _operation(block: Block, box: Box, colours: Palette) -> dict[str, object]:
    words = "<br>".join(figures.text(line) for line in _wrapped(block.operation))
    return {
        "x": box.centre,
        "y": -_TALLEST / 2 - 8,
        "yanchor": "top",
        "text": f"<b>{words}</b>" if block.chosen else words,
        "showarrow": False,
        "font": {"size": 11, "color": colours.accent if block.chosen else colours.muted},
    }


def _tint(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
