"""What is explained, as it is drawn: strips of pictures on common scales, one sheet of them, and all their values."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnlab.evaluation.reading.reading import Reading
from cnnlab.explain import display as displays
from cnnlab.explain.display import Display, Scale, Values
from cnnlab.explain.render import Picture, coloured, overlay, picture_of
from cnnlab.explain.several import Cell, Row, read_row

_FONT = Path(__file__).resolve().parents[2] / "static" / "plex-sans.woff2"
_SIDE, _GAP, _TEXT, _LINE = 224, 12, 15, 20
_INK, _MUTED = (16, 21, 31), (92, 100, 120)


_PLAIN = Reading()


@dataclass(frozen=True)
class Source:
    """One network's rows. ``name``: of its run, for people. ``reading``: what is kept of it, which ``read`` applies."""

    run_id: str
    name: str
    class_names: tuple[str, ...]
    rows: tuple[Row, ...]
    reading: Reading = _PLAIN

    def read(self, reading: Reading) -> Source:
        return replace(self, reading=reading, rows=tuple(read_row(row, reading) for row in self.rows))


@dataclass(frozen=True)
class Panel:
    """One cell as it is drawn; ``values``: smoothed and without sign where the display says so, in the map's units."""

    cell: Cell
    values: Values | None = None
    scale: Scale | None = None
    picture: Picture | None = None  # None: the cell has no map (yet)


@dataclass(frozen=True)
class Strip:
    """One image explained by one network."""

    source: Source
    row: Row
    picture: Picture  # the image as the network gets it
    panels: tuple[Panel, ...]


def strips(sources: Sequence[Source], display: Display) -> list[Strip]:
    """Image by image, one strip a network, so that what is compared lies together; scales as the display says.

    Of one method, each network has a scale of its own: how large scores are differs from network to network.
    """
    ordered = [(source, source.rows[i]) for i in range(_most_rows(sources)) for source in sources]
    drawn, groups = [], []
    for source, row in ordered:
        for cell in row.cells:
            if cell.explanation is not None:
                drawn.append(displays.shown(cell.explanation.map, display))
                groups.append((source.run_id, cell.method))
    found = iter(zip(drawn, displays.scales(drawn, groups, display), strict=True))
    made = []
    for source, row in ordered:
        picture = picture_of(row.subject.inputs)
        panels = tuple(
            Panel(cell) if cell.explanation is None else _panel(cell, picture, *next(found), display)
            for cell in row.cells
        )
        made.append(Strip(source, row, picture, panels))
    return made


def _most_rows(sources: Sequence[Source]) -> int:
    return len(sources[0].rows) if sources else 0


def _panel(cell: Cell, picture: Picture, values: Values, scale: Scale, display: Display) -> Panel:
    if display.picture == "map":
        return Panel(cell, values, scale, coloured(values, scale))
    return Panel(cell, values, scale, overlay(picture, values, display.opacity, scale))


def sheet_png(made: Sequence[Strip], columns: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """All strips below each other on white, as PNG: ``columns`` above the maps, ``lines`` of words below each image.

    Pixels are enlarged by whole factors and stay squares.
    """
    font = ImageFont.truetype(str(_FONT), _TEXT)
    tallest = max((len(words) for words in lines), default=0)
    factor = max(1, -(-_SIDE // min(made[0].picture.shape[:2])))
    height, width = (side * factor for side in made[0].picture.shape[:2])
    step = height + _GAP + tallest * _LINE
    size = ((len(columns) + 1) * (width + _GAP) + _GAP, _LINE + 2 * _GAP + len(made) * step)
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for place, title in enumerate(columns):
        x = _GAP + (place + 1) * (width + _GAP)
        pen.text((x, _GAP), _fitting(title, font, width), fill=_INK, font=font)
    for number, strip in enumerate(made):
        y = _LINE + 2 * _GAP + number * step
        for place, picture in enumerate([strip.picture, *(panel.picture for panel in strip.panels)]):
            if picture is not None:
                large = Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST)
                image.paste(large, (_GAP + place * (width + _GAP), y))
        for place, words in enumerate(lines[number]):
            where = (_GAP, y + height + 2 + place * _LINE)
            pen.text(where, _fitting(words, font, size[0] - 2 * _GAP), fill=_MUTED, font=font)
    content = io.BytesIO()
    image.save(content, format="PNG")
    return content.getvalue()


def _fitting(words: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    text = " ".join(words.split())
    while text and font.getlength(text) > width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text


def values_npz(made: Sequence[Strip]) -> bytes:
    """All maps as NPZ, each [H, W] float32, signed and not normalised, by run, image, method and class."""
    arrays: dict[str, Values] = {}
    for strip in made:
        for panel in strip.panels:
            if panel.cell.explanation is not None:
                arrays[_unique(_array_name(strip, panel.cell), arrays)] = panel.cell.explanation.map
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def _array_name(strip: Strip, cell: Cell) -> str:
    subject = strip.row.subject
    split = "" if subject.split == "test" else f"{subject.split}-"
    image = (
        f"{split}{subject.index}" if subject.index is not None else re.sub(r"[^A-Za-z0-9_-]+", "_", subject.name)[:40]
    )
    return f"{strip.source.run_id[:8]}-{image}-{cell.method}-{cell.target}"


def _unique(name: str, taken: dict[str, Values]) -> str:
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found
