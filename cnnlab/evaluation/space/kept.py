"""Results that took seconds, on the disk: one npz for each, named by all that it depends on.

A file appears whole or not at all; what can't be read counts as not there; the newest are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.data.load import Dataset
from cnnlab.evaluation.trained import weights_fingerprint
from cnnlab.home import Home, write_atomically
from cnnlab.runs.journal import Journal

MOST = 200  # files
Arrays = dict[str, NDArray[Any]]
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Kept:
    """``settings``: what the result depends on beside weights, data and split."""

    def __init__(self, area: str, journal: Journal, dataset: Dataset, home: Home, settings: Mapping[str, Any]) -> None:
        named = [area, weights_fingerprint(journal.folder), dataset.fingerprint, str(dataset.kind)]
        text = json.dumps([*named, dataset.split.fingerprint, dict(settings)], sort_keys=True)
        self.path: Path = home.cache / "space" / f"{area}-{hashlib.sha256(text.encode()).hexdigest()[:32]}.npz"

    def get(self) -> tuple[Arrays, dict[str, Any]] | None:
        """Arrays, and what was said beside them."""
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return arrays, dict(json.loads(str(arrays.pop("said"))))
        except _BROKEN:
            return None

    def put(self, arrays: Mapping[str, NDArray[Any]], said: Mapping[str, Any]) -> None:
        """A cache that can't be written is no reason to fail."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, said=np.array(json.dumps(dict(said))), **dict(arrays))  # type: ignore[arg-type]
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, buffer.getvalue())
            self._forget_old()

    def read(self, make: Callable[[Arrays, dict[str, Any]], Any]) -> Any:
        """``make`` of what is kept; ``None`` where nothing is, or what is there lacks something."""
        found = self.get()
        if found is None:
            return None
        try:
            return make(*found)
        except (KeyError, TypeError, ValueError, IndexError):
            return None

    def _forget_old(self) -> None:
        files = sorted(self.path.parent.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[MOST:]:
            path.unlink(missing_ok=True)
