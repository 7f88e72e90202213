"""Explanations on the disk, so that what took a minute takes it once: ``Cache(home, weights_fingerprint(folder))``.

One file for each, named by the SHA-256 of all that it depends on. Several processes may read and write at once: a
file appears whole or not at all. What can't be read counts as not there. The cache is bounded, and may be deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnlab import __version__
from cnnlab.home import Home, write_atomically

if TYPE_CHECKING:
    from cnnlab.explain.explain import Explanation

MOST_BYTES = 256 * 1024**2
LOOK_EVERY = 32  # puts between two looks at how much there is
_FORM = 1  # raise it when files change their form, or a method its result
_READ_AS_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Key(Protocol):
    """What an explanation depends on beside the weights."""

    @property
    def image(self) -> str:
        """SHA-256 of the pixels."""

    @property
    def method(self) -> str: ...
    @property
    def layer(self) -> str | None: ...
    @property
    def options(self) -> Mapping[str, Any]:
        """Complete, so that a changed default is another key."""

    @property
    def target(self) -> int | None: ...


class Cache:
    """``weights``: what names the network's weights, see ``evaluation.trained.weights_fingerprint``."""

    def __init__(self, home: Home, weights: str, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder = home.cache / "explanations"
        self._weights = weights
        self._most_bytes = most_bytes
        self._puts = 0

    def get(self, key: Key) -> Explanation | None:
        """``None`` where it was never kept, was forgotten, or is damaged."""
        path = self.path_of(key)
        try:
            found = _read(path.read_bytes(), key)
        except FileNotFoundError:
            return None
        except _READ_AS_BROKEN:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the least recently used go first
        return found

    def put(self, key: Key, found: Explanation) -> None:
        """Keeps it where there is room; a cache that can't be written is no reason to fail."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path_of(key), _written(found))
            if self._puts % LOOK_EVERY == 0:
                _forget_old(self.folder, self._most_bytes)
            self._puts += 1

    def path_of(self, key: Key) -> Path:
        parts = [_FORM, __version__, self._weights, key.image, key.method, key.layer, dict(key.options), key.target]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return self.folder / f"{digest}.npz"


def _written(found: Explanation) -> bytes:
    facts = {
        "method": found.method,
        "layer": found.layer,
        "target": found.target,
        "predicted": found.predicted,
        "probabilities": found.probabilities,
        "notes": dict(found.notes),
    }
    text = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, map=found.map, facts=text)
    return content.getvalue()


def _read(content: bytes, key: Key) -> Explanation:
    """Raises one of ``_READ_AS_BROKEN``."""
    from cnnlab.explain.explain import Explanation

    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        map_: NDArray[np.float32] = stored["map"]
        facts = json.loads(stored["facts"].tobytes())
    if map_.ndim != 2 or map_.dtype != np.float32 or facts["method"] != key.method:
        raise ValueError
    layer = facts["layer"]
    probabilities = tuple(float(share) for share in facts["probabilities"])
    notes = {str(name): float(value) for name, value in facts["notes"].items()}
    target, predicted = int(facts["target"]), int(facts["predicted"])
    if not 0 <= max(target, predicted) < len(probabilities) or not all(map(math.isfinite, probabilities)):
        raise ValueError
    return Explanation(map_, key.method, None if layer is None else str(layer), target, predicted, probabilities, notes)


def _forget_old(folder: Path, most_bytes: int) -> None:
    """The least recently used, until three quarters of the room are taken; and what a killed writer left."""
    known = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # another process forgets too
            stated = path.stat()
            known.append((stated.st_mtime, stated.st_size, path))
    whole = sum(size for _, size, _ in known)
    if whole <= most_bytes:
        return
    for _, size, path in sorted(known, key=lambda each: each[0]):
        if whole <= most_bytes * 3 / 4:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            whole -= size
