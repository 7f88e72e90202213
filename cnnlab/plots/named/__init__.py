"""The figures of runs by name: what the command ``figure`` writes."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import LabError
from cnnlab.home import Home

FIGURES = {
    "curves": "training",
    "confusion": "predictions",
    "confidence": "predictions",
    "reliability": "predictions",
    "roc": "predictions",
    "precision_recall": "predictions",
    "groups": "samples",
    "space": "samples",
    "robustness": "images",
    "shifts": "images",
    "more_data": "samples",
    "compare": "several",
    "scatter": "several",
    "parallel": "several",
}
"""Name -> the module of this package with a function of that name."""
OF_SEVERAL = tuple(name for name, module in FIGURES.items() if module == "several")


@dataclass(frozen=True)
class Asked:
    """Of which runs, and what a figure leaves open; what it has no use for is not looked at."""

    home: Home
    run_ids: Sequence[str]
    language: str
    split: str = "test"
    metric: str | None = None
    class_name: str | None = None
    by: str | None = None
    colour: str = "true"
    rates: bool = False
    images: int | None = 500  # that were corrupted or moved; ``None``: all


def chart(name: str, asked: Asked) -> Any:
    """A Plotly figure or ECharts options, in the colours of paper.

    Raises ``LabError``: "figure_unknown", "figure_one_run", "figure_nothing", "figure_column", and what finding the
    numbers raises.
    """
    if name not in FIGURES:
        raise LabError("figure_unknown", field="FIGURE", value=name[:80], known=", ".join(FIGURES))
    if name not in OF_SEVERAL and len(asked.run_ids) > 1:
        raise LabError("figure_one_run", field="RUN", value=name)
    draw = getattr(importlib.import_module(f"{__name__}.{FIGURES[name]}"), name)
    return draw(asked)


def nothing(name: str, asked: Asked, why: str) -> LabError:
    """``why``: a whole sentence in the reader's language, with the cure."""
    return LabError("figure_nothing", field=asked.run_ids[0], value=name, why=why)
