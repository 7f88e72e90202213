"""What was measured, kept below the home's cache: a file for each corruption, named by weights, images and seed.

One that is damaged, or of another form, counts as not there; the cache may be deleted.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.home import Home, write_atomically

FORM = 1  # raise it when the same choices give other numbers
KEPT = 96  # files for one network, the oldest go
Arrays = dict[str, NDArray[Any]]


class Kept:
    """Of one network and the images it is asked about."""

    def __init__(self, home: Home, weights: str, choices: str) -> None:
        """``weights``: what names them, see ``evaluation.trained.weights_fingerprint``; ``choices``: all the rest."""
        self._folder = home.cache / "robustness" / hashlib.sha256(weights.encode()).hexdigest()[:32]
        self._choices = choices

    def get(self, name: str, shapes: Mapping[str, tuple[int, ...]]) -> Arrays | None:
        """The arrays of ``name``; ``None`` unless there are all of ``shapes``, shaped like that."""
        try:
            with np.load(io.BytesIO(self._path(name).read_bytes()), allow_pickle=False) as stored:
                found = {key: stored[key] for key in shapes}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        if any(found[key].shape != shape for key, shape in shapes.items()):
            return None
        return found

    def put(self, name: str, arrays: Arrays) -> None:
        content = io.BytesIO()
        np.savez_compressed(content, **arrays)  # type: ignore[arg-type]  # its stub takes a flag among the names
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.getvalue())
        for old in sorted(self._folder.glob("*.npz"), key=_age)[:-KEPT]:
            old.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        key = hashlib.sha256(f"{FORM} {name} {self._choices}".encode()).hexdigest()[:24]
        return self._folder / f"{name}-{key}.npz"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has tidied it away
        return 0.0
