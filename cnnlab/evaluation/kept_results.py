"""Results that took seconds and are small, on the disk: one JSON file each, named by all that it depends on.

A file appears whole or not at all; what can't be read, or lacks something, counts as not there; the newest are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnlab.home import Home, write_atomically

MOST = 200  # files of one area
Result = TypeVar("Result")


def digest_of(*arrays: NDArray[Any]) -> str:
    """Names what the arrays hold, whatever they were computed by."""
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        found.update(f"{array.dtype.str} {array.shape} ".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


class KeptResult:
    """``area`` names the folder below the home's cache; ``parts``: whatever the result depends on."""

    def __init__(self, home: Home, area: str, parts: Sequence[object]) -> None:
        text = json.dumps([str(part) for part in parts])
        self.path: Path = home.cache / area / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"

    def read(self, make: Callable[[Any], Result]) -> Result | None:
        """``make`` of what was kept."""
        try:
            return make(json.loads(self.path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, values: Any) -> None:
        """A cache that can't be written is no reason to fail."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, json.dumps(values))
            for old in sorted(self.path.parent.glob("*.json"), key=_age)[:-MOST]:
                old.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has tidied it away
        return 0.0
