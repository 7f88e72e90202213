"""The columns of a table of runs in the reader's language: names, values, differences."""

from __future__ import annotations

from typing import Any

from cnnlab import i18n
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import points
from cnnlab.runs.table import COSTS

_SHARES = ("accuracy", "balanced_accuracy", "top5_accuracy")  # in [0, 1], read as per cent
_SPLITS = ("train", "val", "test")


def title(name: str, language: str) -> str:
    """``test_accuracy`` -> "Test accuracy"; ``training.batch_size`` -> "Batch size"; options by their own names."""
    if name in COSTS:
        return translate(f"compare.cost.{name}", language)
    if "." in name:
        known = f"setting.{name}"
        return translate(known, language) if i18n.has(known, language) else name.rpartition("options.")[2]
    said = inline(name, language)
    return said[:1].upper() + said[1:]


def inline(name: str, language: str) -> str:
    """Within a sentence; names of settings and costs begin small there."""
    split, _, metric = name.partition("_")
    if "." in name or name in COSTS:
        said = title(name, language)
        return said if said[:2].isupper() else said[:1].lower() + said[1:]
    noun = metric if split in _SPLITS else name
    noun = translate(f"metric.{noun}", language) if i18n.has(f"metric.{noun}", language) else noun.replace("_", " ")
    return translate(f"split_metric.{split}", language, metric=noun) if split in _SPLITS else noun


def axis(name: str, language: str) -> str:
    """The title with the unit of ``axis_value``."""
    if name in COSTS:
        return f"{title(name, language)} ({translate(f'compare.unit.{name}', language)})"
    return f"{title(name, language)} (%)" if is_share(name) else title(name, language)


def axis_value(name: str, value: float | None) -> float | None:
    """As it stands on an axis: shares in per cent."""
    return 100.0 * value if value is not None and is_share(name) else value


def is_share(name: str) -> bool:
    return name.partition("_")[0] in _SPLITS and name.partition("_")[2] in _SHARES


def shown(name: str, value: Any, language: str) -> str:
    """One value in words, with its unit."""
    if value is None:
        return formats.UNKNOWN
    if name in COSTS:
        return _cost(name, value, language)
    if is_share(name):
        return formats.percent(value, language)
    if "." not in name and isinstance(value, int | float):
        return formats.number(value, 3, language)
    return _setting(name, value, language)


def difference(name: str, value: float, language: str) -> str:
    """With its sign; of shares in points."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "±"
    if is_share(name):
        return translate("compare.points", language, points=f"{sign}{points(abs(value), language)}")
    return f"{sign}{_amount(name, abs(value), language)}"


def _amount(name: str, value: float, language: str) -> str:
    if name == "train_seconds" and value < 1:  # a duration says "1 s" for anything shorter
        return f"{formats.number(value, 1, language)} s"
    return shown(name, value, language)


def _cost(name: str, value: float, language: str) -> str:
    if name == "train_seconds":
        return formats.duration(value)
    if name == "peak_memory_bytes":
        return formats.size(value, language)
    if name == "macs":
        return formats.short(value, language)
    if name in ("energy_kwh", "co2_kg"):  # those of one training are thousandths
        unit, value = ("Wh" if name == "energy_kwh" else "g"), 1000 * value
        return f"{formats.number(value, 3 if value < 1 else 1, language)} {unit}"
    if name.startswith("latency"):
        return f"{formats.number(value, 2, language)} ms"
    return formats.whole(value, language)


def _setting(name: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return translate("value.on" if value else "value.off", language)
    if isinstance(value, list | tuple):
        return ", ".join(_setting(name, one, language) for one in value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if language == "es" else ".")
    key = f"choice.{name}.{value}"
    return translate(key, language) if i18n.has(key, language) else str(value)
