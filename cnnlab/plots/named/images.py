"""Figures of what becomes of changed images: measured before, since that takes minutes."""

from __future__ import annotations

from typing import Any

from cnnlab.i18n import translate
from cnnlab.plots import robustness as plot
from cnnlab.plots.export.file import PAPER
from cnnlab.plots.named import Asked, nothing


def robustness(asked: Asked) -> Any:
    """Accuracy by strength of each corruption, of the first run. Raises ``LabError`` where it was not measured."""
    from cnnlab.evaluation.robustness import compute, several
    from cnnlab.evaluation.robustness.table import corruptions

    found = compute.known(several.subjects(asked.run_ids, asked.home, images=asked.images)[0], list(corruptions()))
    if found is None:
        raise _unmeasured("robustness", asked, "")
    lines = plot.of_one_run(found, asked.language)
    return plot.curves(lines, plot.curve_words(asked.language), PAPER, asked.language)


def shifts(asked: Asked) -> Any:
    """The share of images that keep their class, by move."""
    from cnnlab.evaluation.robustness import several
    from cnnlab.evaluation.robustness import shifts as moved

    found = moved.known(moved.of(several.subjects(asked.run_ids, asked.home, images=asked.images)[0]))
    if found is None:
        raise _unmeasured("shifts", asked, " --shifts")
    return plot.moves(found.consistency(), (0, 0), plot.move_words(asked.language), PAPER, asked.language)


def _unmeasured(name: str, asked: Asked, option: str) -> Exception:
    command = f"robustness {asked.run_ids[0]} --images {asked.images or 0}{option}"
    return nothing(name, asked, translate("figures.measure_first", asked.language, command=command))
