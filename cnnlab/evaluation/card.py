"""``model.json``: what a checkpoint needs beside its weights. Read without torch: pages ask for class names."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.errors import RunError
from cnnlab.home import write_atomically
from cnnlab.runs.json_files import damaged, read_json


@dataclass(frozen=True)
class Card:
    """``model.json``: what a checkpoint needs beside its weights."""

    experiment: dict[str, Any]
    kind: InputKind
    outputs: OutputSpec
    mean: tuple[float, ...]
    std: tuple[float, ...]
    dataset: str
    dataset_fingerprint: str
    training_counts: tuple[int, ...]

    def write(self, folder: Path) -> None:
        write_atomically(folder / "model.json", json.dumps(asdict(self)), durable=True)

    @classmethod
    def read(cls, folder: Path) -> Card:
        """Raises ``RunError``: "model_missing", "journal_damaged"."""
        path = folder / "model.json"
        stored = read_json(path)
        if stored is None:
            raise RunError("model_missing", value=folder.name)
        try:
            return cls._of(stored)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(path) from error

    @classmethod
    def _of(cls, stored: dict[str, Any]) -> Card:
        kind, outputs = stored["kind"], stored["outputs"]
        stored["kind"] = InputKind(kind["name"], tuple(kind["shape"]), kind["dtype"])
        names, units = tuple(outputs["class_names"]), tuple(outputs["units"])
        stored["outputs"] = OutputSpec(outputs["count"], names, units, outputs["ignore_index"])
        for name in ("mean", "std", "training_counts"):
            stored[name] = tuple(stored[name])
        return cls(**stored)
