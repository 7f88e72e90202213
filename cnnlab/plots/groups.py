"""A metric by group, as dots with their intervals, the worst on top."""

from __future__ import annotations

from typing import Any

from cnnlab.evaluation.groups import words
from cnnlab.evaluation.groups.gaps import Gaps, Group
from cnnlab.plots.palette import Palette
from cnnlab.plots.score_intervals import Dot, figure

MOST = 40  # groups that are drawn
_SHORT = 40


def by_group(found: Gaps, class_name: str, colours: Palette, language: str) -> Any:
    """``class_name``: of the class that rates are of. ``None`` where no group has enough images for a value."""
    known = [group for group in found.groups if group.value is not None][:MOST]
    if not known:
        return None
    scale = 1.0 if found.metric == "log_loss" else 100.0
    title = words.metric_title(found.metric, class_name, language)
    axis = title if found.metric == "log_loss" else f"{title} (%)"
    return figure([_dot(found.metric, group, scale, language) for group in known], axis, colours, language)


def _dot(metric: str, group: Group, scale: float, language: str) -> Dot:
    low, high = (None if end is None else scale * end for end in (group.low, group.high))
    written = f"{words.value(metric, group.value, language)} ({words.between(metric, group, language)})"
    return Dot(group.name[:_SHORT], scale * float(group.value or 0.0), low, high, written)
