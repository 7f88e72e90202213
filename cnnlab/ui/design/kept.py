"""The file of a sketch, for reloads and other pages. Its id is in the address; whoever has that may read it."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnlab import yaml_io
from cnnlab.errors import LabError
from cnnlab.home import Home, write_atomically
from cnnlab.ui.design.sketch import Sketch

DRAFT_ID = re.compile(r"[0-9a-f]{32}")
KEPT_DAYS = 30
_NUMBERS = ("size", "channels", "outputs")
_LARGEST = 10**15


def new_id() -> str:
    return secrets.token_hex(16)


def write(sketch: Sketch, draft_id: str, home: Home) -> None:
    """Raises ``OSError`` when the disk does not take it."""
    path = _path(draft_id, home)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {**asdict(sketch), "layers": [dict(layer) for layer in sketch.layers]}
    write_atomically(path, yaml_io.dump(values))


def read(draft_id: str, home: Home) -> Sketch:
    """Raises ``LabError``: "bad_draft_id" before any file is opened, "unknown_draft" for one that is not there."""
    path = _path(draft_id, home)
    try:
        stored = yaml_io.parse(path.read_text("utf-8"), source=path.name)
        return _sketch(stored)
    except (OSError, UnicodeDecodeError, LabError, KeyError, TypeError, ValueError) as error:
        raise LabError("unknown_draft", days=KEPT_DAYS) from error


def tidy(home: Home, *, days: float = KEPT_DAYS) -> None:
    """Deletes sketches that nobody has written for ``days``."""
    oldest = time.time() - days * 86_400
    for path in _folder(home).glob("*.yaml"):
        with contextlib.suppress(OSError):  # another process may tidy at the same time
            if path.stat().st_mtime < oldest:
                path.unlink()


def _sketch(stored: Any) -> Sketch:
    numbers = {name: int(stored[name]) for name in _NUMBERS}
    if any(abs(number) > _LARGEST for number in numbers.values()):
        raise ValueError("a number of a sketch is no number of pixels, channels or classes")
    layers = tuple(dict(layer) for layer in stored["layers"])
    return Sketch(str(stored["name"]), str(stored["dataset"]), layers=layers, **numbers)


def _folder(home: Home) -> Path:
    return home.cache / "design_drafts"


def _path(draft_id: str, home: Home) -> Path:
    if not DRAFT_ID.fullmatch(draft_id):
        raise LabError("bad_draft_id")
    return _folder(home) / f"{draft_id}.yaml"
