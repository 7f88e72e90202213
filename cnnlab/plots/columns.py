"""Columns of a table of runs as what is drawn: points of a scatter with its Pareto front, axes of parallel lines."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.compared import front
from cnnlab.plots.tradeoff import Dimension, Dot
from cnnlab.runs import table_words
from cnnlab.runs.table import Column


def dots(against: Column, result: Column, names: Sequence[str], slots: Sequence[int]) -> list[Dot]:
    """Of the runs that have both values; those beyond ``slots`` are the crowd behind the compared ones."""
    both = [p for p in range(len(names)) if None not in (against.values[p], result.values[p])]
    return [Dot(names[p], *_at(against, result, p), slot=slots[p] if p < len(slots) else None) for p in both]


def front_ends(against: Column, result: Column) -> list[tuple[float, float]]:
    """The points of the Pareto front, as they stand on the axes."""
    return [_at(against, result, place) for place in front(against, result)]


def dimension(column: Column, language: str, *, log: bool = False, flipped: bool = False) -> Dimension:
    """What is no number becomes the place of its word."""
    title = table_words.axis(column.name, language)
    if column.numeric:
        values = [table_words.axis_value(column.name, value) for value in column.values]
        return Dimension(title, values, log=log, flipped=flipped)
    words = [None if value is None else table_words.shown(column.name, value, language) for value in column.values]
    categories = list(dict.fromkeys(word for word in words if word is not None))
    places = [None if word is None else categories.index(word) for word in words]
    return Dimension(title, places, categories, flipped=flipped)


def _at(against: Column, result: Column, place: int) -> tuple[float, float]:
    x = table_words.axis_value(against.name, against.values[place])
    y = table_words.axis_value(result.name, result.values[place])
    return float(x or 0.0), float(y or 0.0)
