"""Figures of one run's epochs."""

from __future__ import annotations

from typing import Any

from cnnlab.i18n import formats, translate
from cnnlab.plots import curves as plot
from cnnlab.plots.export.file import PAPER
from cnnlab.plots.named import Asked, nothing
from cnnlab.runs import table_words
from cnnlab.runs.view import view


def curves(asked: Asked) -> Any:
    """One metric over training and validation; the first that was measured unless another is named."""
    run, spoken = view(asked.home, asked.run_ids[0]), asked.language
    names = plot.metric_names(run.epochs)
    metric = asked.metric or (names[0] if names else "")
    if metric not in names:
        known = ", ".join(names) or formats.UNKNOWN
        raise nothing("curves", asked, translate("figures.no_metric", spoken, metric=metric[:80], known=known))
    is_share = table_words.is_share(f"val_{metric}")
    words = plot.Words(
        translate("run.curves.train", spoken),
        translate("run.curves.validation", spoken),
        translate("run.curves.epoch", spoken),
        translate("run.curves.best", spoken, epoch=run.best_epoch or formats.UNKNOWN),
    )
    option = plot.learning_curves(
        run.epochs,
        metric,
        planned_epochs=run.done_epochs,
        best_epoch=run.best_epoch,
        words=words,
        palette=PAPER,
        scale=100.0 if is_share else 1.0,
    )
    option["yAxis"]["name"] = table_words.axis(metric, spoken) + (" (%)" if is_share else "")
    return option
