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
    split, metric = parts(name)
    return capitalized(t(f"split_metric.{split}", metric=_noun(metric))) if split else metric_label(metric)


def formatted(name: str, value: float | None) -> str:
    """``val_accuracy``, 0.9731 -> "97.3 %"."""
    if value is None:
        return formats.UNKNOWN
    if parts(name)[1] in SHARES:
        return formats.percent(value, language())
    return formats.number(value, 3, language())


def headline(names: list[str]) -> str | None:
    """The validation metric that says most to a reader: the first that is not a loss, else the loss."""
    of_validation = [name for name in names if name.startswith("val_")]
    return next((name for name in of_validation if "loss" not in name), next(iter(of_validation), None))


def _noun(metric: str) -> str:
    key = f"metric.{metric}"
    return t(key) if i18n.has(key) else plain(metric.replace("_", " "))
