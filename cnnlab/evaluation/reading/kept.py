"""What was found with a run's weights and is to decide what is said of new images: a file in the run's folder.

Stored predictions and reported metrics stay as they are: they are what such a value was found with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from cnnlab.evaluation.stored import weights_name
from cnnlab.home import write_atomically

Value = TypeVar("Value")


@dataclass(frozen=True)
class Kept(Generic[Value]):
    """One kind of value. ``read`` makes it of what was written; ``None``, or an error, for what is damaged."""

    file: str
    read: Callable[[Mapping[str, Any]], Value | None]

    def keep(self, folder: Path, values: Mapping[str, Any]) -> None:
        """For the weights that ``folder`` has now."""
        write_atomically(folder / self.file, json.dumps({**values, "weights": weights_name(folder)}))

    def forget(self, folder: Path) -> None:
        (folder / self.file).unlink(missing_ok=True)

    def kept(self, folder: Path) -> Value | None:
        """``None`` where none was kept, the file is damaged, or the run has learned on since."""
        try:
            stored = json.loads((folder / self.file).read_text("utf-8"))
            return self.read(stored) if stored["weights"] == weights_name(folder) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
