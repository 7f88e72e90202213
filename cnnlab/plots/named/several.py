"""Figures of several runs: each in the colour, dash and symbol of its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnlab.evaluation.compared import as_numbers, axes, find, headline
from cnnlab.i18n import formats, translate
from cnnlab.plots import columns, comparison, tradeoff
from cnnlab.plots.curves import metric_names
from cnnlab.plots.export.file import PAPER
from cnnlab.plots.named import Asked, nothing
from cnnlab.runs import table, table_words
from cnnlab.runs.run import Run
from cnnlab.runs.table import Column
from cnnlab.runs.view import view

_SETTINGS = 4  # axes of parallel coordinates that are settings


def compare(asked: Asked) -> Any:
    """A metric of validation, by epoch."""
    runs, spoken = _runs(asked), asked.language
    known = metric_names([record for run in runs for record in run.epochs])
    metric = asked.metric or (known[0] if known else "")
    if metric not in known:
        shown = ", ".join(known) or formats.UNKNOWN
        raise nothing("compare", asked, translate("figures.no_metric", spoken, metric=metric[:80], known=shown))
    return by_epoch(runs, f"val_{metric}", table.names_of(runs), range(len(runs)), spoken)


def by_epoch(
    runs: Sequence[Run], key: str, names: Sequence[str], slots: Sequence[int], language: str
) -> dict[str, Any]:
    """``key``: such as "val_loss"; ``slots``: whose cue each run has."""
    scale = 100.0 if table_words.is_share(key) else 1.0
    lines = []
    for slot, name, run in zip(slots, names, runs, strict=True):
        values, best = comparison.curve(run.epochs, key, scale=scale), comparison.best_place(run.epochs, key)
        lines.append(comparison.Line(slot, name, values, best))
    words = comparison.Words(translate("run.curves.epoch", language), "", "")
    option = comparison.overlaid([line for line in lines if line.values], PAPER, words)
    option["yAxis"]["name"] = table_words.axis(key, language)
    return option


def scatter(asked: Asked) -> Any:
    """A result against a cost, the training time unless another is named."""
    runs, spoken = _runs(asked), asked.language
    found = table.columns(runs)
    result = find(found, asked.metric, "--metric") if asked.metric else headline(found)
    offered = axes(found)
    if result is None or not offered:
        raise nothing("scatter", asked, translate("compare.more.nothing", spoken))
    usual = next((one for one in offered if one.name == "train_seconds"), offered[0])
    against = as_numbers(find(found, asked.by, "--by"), "--by", found) if asked.by else usual
    names = table.names_of(runs)
    return tradeoff.scatter(
        columns.dots(against, result, names, range(len(runs))),
        columns.front_ends(against, result),
        (table_words.axis(against.name, spoken), table_words.axis(result.name, spoken)),
        translate("compare.more.front", spoken),
        PAPER,
    )


def parallel(asked: Asked) -> Any:
    """The settings that differ, the training time, and the result."""
    runs, spoken = _runs(asked), asked.language
    found = table.columns(runs)
    result = find(found, asked.metric, "--metric") if asked.metric else headline(found)
    made = parallel_of(found, result, table.names_of(runs), spoken)
    if made is None:
        raise nothing("parallel", asked, translate("compare.more.nothing_varies", spoken))
    return made


def parallel_of(
    found: Sequence[Column], result: Column | None, names: Sequence[str], language: str
) -> dict[str, Any] | None:
    """``None`` where nothing was measured or no setting differs."""
    settings = [one for one in found if one.kind == "setting" and one.varies][:_SETTINGS]
    if result is None or not settings:
        return None
    costs = [one for one in found if one.name == "train_seconds"]
    dimensions = [columns.dimension(one, language) for one in (*settings, *costs, result)]
    return tradeoff.parallel(dimensions, names, PAPER)


def _runs(asked: Asked) -> list[Run]:
    return [view(asked.home, run_id) for run_id in dict.fromkeys(asked.run_ids)]
