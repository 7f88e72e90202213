"""What a comparison says in words beyond its verdict: groups, Pareto front, differences from a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.evaluation import baseline
from cnnlab.i18n import formats, translate
from cnnlab.runs import grouping, table_words
from cnnlab.runs.run import Run
from cnnlab.runs.table import Column

_ENERGY_SOURCES = ("measured", "partly", "estimated")


def energy_basis(runs: Sequence[Run], language: str) -> str:
    """Whether the runs' energy and CO2 were measured or estimated; empty where none has them."""
    found = dict.fromkeys(run.result.get("energy_source") for run in runs if run.result.get("energy_kwh") is not None)
    words = [translate(f"cost.source.{name}", language) for name in found if name in _ENERGY_SOURCES]
    return translate("compare.energy_basis", language, basis=", ".join(words)) if words else ""


GROUP_COLUMNS = ("value", "count", "mean", "deviation", "interval")


def group_rows(by: Column, metric: Column, language: str) -> list[list[str]]:
    """Of ``grouping.levels`` in words, a row a value."""
    rows = []
    for level in grouping.levels(by, metric):
        interval = deviation = formats.UNKNOWN
        if level.low is not None and level.high is not None and level.deviation is not None:
            ends = {
                name: table_words.shown(metric.name, value, language)
                for name, value in (("low", level.low), ("high", level.high))
            }
            interval = translate("compare.pairs.between", language, **ends)
            deviation = table_words.difference(metric.name, level.deviation, language).lstrip("+±")
        value = table_words.shown(by.name, level.value, language)
        mean = table_words.shown(metric.name, level.mean, language)
        rows.append([value, str(len(level.places)), mean, deviation, interval])
    return rows


def front_words(against: Column, result: Column, names: Sequence[str], places: Sequence[int], language: str) -> str:
    """Who is on the Pareto front; ``names`` as they are to be shown."""
    if not places:
        return translate("compare.pareto.nothing", language)
    words: Mapping[str, str] = {
        "result": table_words.inline(result.name, language),
        "cost": table_words.inline(against.name, language),
    }
    if len(places) == 1:
        return translate("compare.pareto.alone", language, run=names[places[0]], **words)
    return translate("compare.pareto.front", language, runs=", ".join(names[place] for place in places), **words)


def delta_words(delta: baseline.Delta, language: str) -> str:
    """``+1.2 points (0.4 to 2.0), real``; without the interval where none was tested."""
    said = table_words.difference(delta.column, delta.difference, language)
    if delta.low is None or delta.high is None:
        if table_words.is_share(delta.column) or not delta.share:
            return said
        sign = "+" if delta.share >= 0 else "\N{MINUS SIGN}"
        return f"{said} ({sign}{formats.percent(abs(delta.share), language, 0)})"
    low, high = (table_words.difference(delta.column, end, language) for end in (delta.low, delta.high))
    verdict = translate("compare.pairs.real" if delta.real else "compare.pairs.chance", language)
    return translate("compare.delta.interval", language, difference=said, low=low, high=high, verdict=verdict)
