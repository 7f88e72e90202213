"""Metrics by their names in the reader's language, whatever the task calls them."""

from __future__ import annotations

from cnnlab import i18n
from cnnlab.i18n import formats
from cnnlab.ui.language import language, t
from cnnlab.ui.text import capitalized, plain

SHARES = frozenset({"accuracy", "balanced_accuracy", "top5_accuracy"})  # in [0, 1], read as per cent
_SPLITS = ("train", "val", "test")


def parts(name: str) -> tuple[str, str]:
    """``val_accuracy`` -> ("val", "accuracy"); a name without a split -> ("", name)."""
    split, _, metric = name.partition("_")
    return (split, metric) if split in _SPLITS and metric else ("", name)


def metric_label(metric: str) -> str:
    """The name of a metric without its split: "Accuracy". One that the catalogue lacks is spelled out."""
    return capitalized(_noun(metric))


def label(name: str) -> str:
    """``val_accuracy`` -> "Validation accuracy"."""
    return capitalized(inline(name))


def inline(name: str) -> str:
    """``val_accuracy`` -> "validation accuracy", within a sentence."""
    split, metric = parts(name)
    return t(f"split_metric.{split}", metric=_noun(metric)) if split else _noun(metric)


def formatted(name: str, value: float | None) -> str:
    """``val_accuracy``, 0.9731 -> "97.3 %"."""
    if value is None:
        return formats.UNKNOWN
    if parts(name)[1] in SHARES:
        return formats.percent(value, language())
    return formats.number(value, 3, language())


def _noun(metric: str) -> str:
    key = f"metric.{metric}"
    return t(key) if i18n.has(key) else plain(metric.replace("_", " "))
