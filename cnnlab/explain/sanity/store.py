"""Results of the randomisation check, kept below the home's cache: computed once for the same weights and images.

A file a method, ``sanity/WEIGHTS/METHOD-KEY.npz``, without pickle; one that is damaged counts as not there.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.sanity.check import CONTROLS, MEASURES, Cascade
from cnnlab.explain.sanity.labels import LabelCheck
from cnnlab.explain.sanity.verdict import Verdict
from cnnlab.home import Home, write_atomically
from cnnlab.registry import registry
from cnnlab.training.checkpoints import digest_of_weights

VERSION = 1  # raise it when the same choices give other numbers
KEPT = 64  # files for one network, the oldest go


class Store:
    """Of one network and the images that it is checked with."""

    def __init__(self, home: Home, model: TrainedModel, inputs: Tensor, *, draws: int, seed: int) -> None:
        self._folder = home.cache / "sanity" / digest_of_weights(model.network)[:32]
        images = hashlib.sha256(np.ascontiguousarray(inputs.cpu().numpy()).tobytes()).hexdigest()
        self._choices = f"{VERSION} {images} {draws} {seed}"

    def get(self, method: str) -> Cascade | None:
        """What was kept of one method or control."""
        try:
            content = self._path(method).read_bytes()
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                said: Mapping[str, Any] = json.loads(str(stored["said"]))
                values = stored["values"].astype(np.float32)
                maps = stored["maps"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        if said.get("method") != method or values.ndim != 4 or len(values) != len(MEASURES):
            return None
        return Cascade(method, tuple(said["layers"]), tuple(said["depths"]), values, maps)

    def put(self, cascade: Cascade) -> None:
        said = {"method": cascade.method, "layers": cascade.layers, "depths": cascade.depths}
        content = io.BytesIO()
        maps = _scaled(cascade.maps).astype(np.float16)
        np.savez_compressed(content, said=np.array(json.dumps(said)), values=cascade.values, maps=maps)
        path = self._path(cascade.method)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.getvalue())
        for old in sorted(self._folder.glob("*"), key=_age)[:-KEPT]:
            old.unlink(missing_ok=True)

    def get_labels(self, method: str, other: TrainedModel) -> LabelCheck | None:
        """What was kept of a method's comparison with ``other``, the network on shuffled labels."""
        try:
            said = json.loads(self._labels_path(method, other).read_text("utf-8"))
            return LabelCheck(method, Verdict(**said["verdict"]), said["accuracy"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put_labels(self, check: LabelCheck, other: TrainedModel) -> None:
        path = self._labels_path(check.method, other)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps({"verdict": asdict(check.verdict), "accuracy": check.accuracy}))

    def _labels_path(self, method: str, other: TrainedModel) -> Path:
        path = self._path(method)
        return path.with_name(f"{path.stem}-{digest_of_weights(other.network)[:16]}.json")

    def _path(self, method: str) -> Path:
        known = registry("explainer")
        defaults = {} if method in CONTROLS else known[method].defaults()
        key = hashlib.sha256(f"{self._choices} {json.dumps(defaults, sort_keys=True)}".encode()).hexdigest()
        return self._folder / f"{method}-{key[:16]}.npz"


def _scaled(maps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Each map over its strongest place: float16 ends at 65 504, and only the shape of a kept map is shown."""
    strongest = np.abs(maps).max(axis=(-2, -1), keepdims=True)
    return maps / np.where(strongest > 0, strongest, 1.0)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process removed it
        return 0.0
