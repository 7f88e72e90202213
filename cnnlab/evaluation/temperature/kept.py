"""The temperature that predictions of a run are made with: a file in its folder, for the weights that it was fitted on.

Only what is said of new images uses it. Stored predictions stay as the network gave them: temperatures are fitted on
those.
"""

from __future__ import annotations

import json
from pathlib import Path

from cnnlab.evaluation.stored import weights_name
from cnnlab.evaluation.temperature.scaling import Fitted
from cnnlab.home import write_atomically

KEPT = "temperature.json"


def keep(folder: Path, fitted: Fitted) -> None:
    stored = {"temperature": fitted.temperature, "images": fitted.images, "weights": weights_name(folder)}
    write_atomically(folder / KEPT, json.dumps(stored))


def forget(folder: Path) -> None:
    (folder / KEPT).unlink(missing_ok=True)


def kept(folder: Path) -> float | None:
    """``None`` where none was kept, the file is damaged, or the run has learned on since."""
    try:
        stored = json.loads((folder / KEPT).read_text("utf-8"))
        temperature = float(stored["temperature"])
        return temperature if temperature > 0 and stored["weights"] == weights_name(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
