"""The temperature that predictions of a run are made with: a file in its folder, for the weights that it was fitted on.

Only what is said of new images uses it. Stored predictions stay as the network gave them: temperatures are fitted on
those.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnlab.evaluation.reading.kept import Kept
from cnnlab.evaluation.temperature.scaling import Fitted

KEPT = "temperature.json"


def keep(folder: Path, fitted: Fitted) -> None:
    _KEPT.keep(folder, {"temperature": fitted.temperature, "images": fitted.images})


def forget(folder: Path) -> None:
    _KEPT.forget(folder)


def kept(folder: Path) -> float | None:
    """``None`` where none was kept, the file is damaged, or the run has learned on since."""
    return _KEPT.kept(folder)


def _read(stored: Mapping[str, Any]) -> float | None:
    temperature = float(stored["temperature"])
    return temperature if temperature > 0 else None


_KEPT = Kept(KEPT, _read)
