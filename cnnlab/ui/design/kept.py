"""The file of a sketch, for reloads and other pages: see ``draft_files``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnlab import draft_files
from cnnlab.home import Home
from cnnlab.ui.design.sketch import Sketch

_NUMBERS = ("size", "channels", "outputs")
_LARGEST = 10**15


def write(sketch: Sketch, draft_id: str, home: Home) -> None:
    """Raises ``OSError`` when the disk does not take it."""
    values = {**asdict(sketch), "layers": [dict(layer) for layer in sketch.layers]}
    draft_files.write(_folder(home), draft_id, values)


def read(draft_id: str, home: Home) -> Sketch:
    """Raises ``LabError``: "bad_draft_id", "unknown_draft"."""
    return draft_files.read(_folder(home), draft_id, _sketch)


def tidy(home: Home) -> None:
    """Deletes sketches that nobody has written for ``draft_files.KEPT_DAYS``."""
    draft_files.tidy(_folder(home))


def _sketch(stored: Any) -> Sketch:
    numbers = {name: int(stored[name]) for name in _NUMBERS}
    if any(abs(number) > _LARGEST for number in numbers.values()):
        raise ValueError("a number of a sketch is no number of pixels, channels or classes")
    layers = tuple(dict(layer) for layer in stored["layers"])
    return Sketch(str(stored["name"]), str(stored["dataset"]), layers=layers, **numbers)


def _folder(home: Home) -> Path:
    return home.cache / "design_drafts"
