"""A layer in a few words: its icon, its settings, its shape, what is wrong with it."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnlab import i18n
from cnnlab.errors import Problem
from cnnlab.i18n import formats
from cnnlab.models.design import OUTPUT, LayerRow
from cnnlab.models.receptive import Receptive
from cnnlab.plots.diagram import size_label
from cnnlab.registry import Option, registry
from cnnlab.ui.language import language, t
from cnnlab.ui.options import choice_words
from cnnlab.ui.text import capitalized, sentence

_ICONS = {
    "convolution": "grid_on",
    "pooling": "compress",
    "global_pooling": "filter_center_focus",
    "adaptive_pooling": "fit_screen",
    "normalization": "equalizer",
    "activation": "trending_up",
    "dropout": "blur_on",
    "flatten": "view_column",
    "linear": "hub",
    "residual_block": "alt_route",
    "squeeze_excitation": "tune",
    OUTPUT: "output",
}
_FIELD = re.compile(r"layers(?:\[(\d+)\])?(?:\.([a-z0-9_]+))?")


def icon(kind: str) -> str:
    return f":material/{_ICONS.get(kind, 'help')}:"


def kind_title(kind: str) -> str:
    """Short, in the reader's language; a kind that there is not says what was written."""
    if kind == OUTPUT:
        return t("design_page.output")
    if i18n.has(f"design_page.kind.{kind}"):
        return t(f"design_page.kind.{kind}")
    kinds = registry("layer")
    return kinds[kind].text("title", language()) if kind in kinds else kind or "?"


def settings(kind: str, options: Mapping[str, Any]) -> str:
    """``32 filters 3 × 3, stride 2``: what a kind always says, then what is not at its default."""
    if kind == OUTPUT:
        return t("design_page.classes", count=int(options["units"]))
    if kind not in registry("layer"):
        return ""
    known = registry("layer")[kind].options
    complete = {**{name: option.default for name, option in known.items()}, **options}
    key = f"design_page.layer.{kind}"
    said = _placeholders(key) if i18n.has(key) else set()
    parts = [t(key, **{name: _value(known[name], complete[name]) for name in said})] if said else []
    for name, option in known.items():
        if name not in said and complete[name] != option.default and _matters(kind, name, complete):
            parts.append(_setting(option, complete[name]))
    return ", ".join(parts)


def _placeholders(key: str) -> set[str]:
    text = i18n.catalogue(language())[key]
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def _matters(kind: str, name: str, options: Mapping[str, Any]) -> bool:
    """The groups of a batch normalisation are nobody's business; a pooling's stride only where it is not its size."""
    if kind == "normalization" and name == "groups":
        return bool(options["type"] == "group")
    return kind != "pooling" or name != "stride" or options["stride"] != options["size"]


def _setting(option: Option, value: Any) -> str:
    label = option.label[language()].partition(" (")[0].lower()
    if isinstance(value, bool):
        return label if value else t("design_page.without", name=label)
    return f"{label} {_value(option, value)}"


def _value(option: Option, value: Any) -> str:
    if option.type == "choice":
        return choice_words(value) if isinstance(value, str) else str(value)
    if option.type == "float" and isinstance(value, float):
        return f"{value:g}".replace(".", "," if language() == "es" else ".")
    return str(value)[:40]


def shape(row: LayerRow) -> str:
    return formats.UNKNOWN if row.shape is None else size_label(row.shape)


def receptive(seen: Receptive | None) -> str:
    """``14 × 14``, or that it is the whole input."""
    if seen is None:
        return formats.UNKNOWN
    return t("design_page.whole") if seen.whole else f"{seen.size[0]} × {seen.size[1]}"


def problem(found: Problem, kind: str) -> str:
    """The sentence with the option by the name that its field has."""
    return sentence(replace(found, field=_field_name(found.field, kind)))


def problem_in_file(found: Problem, kind: str) -> Problem:
    """With the layer's number before the option: in a file there is no row that the sentence could stand below."""
    match = _FIELD.fullmatch(found.field)
    if match is None or match[1] is None or match[2] is None:
        return replace(found, field=_field_name(found.field, kind))
    number = t("design_page.layer_number", number=int(match[1]) + 1)
    return replace(found, field=f"{number} · {_field_name(found.field, kind)}")


def _field_name(field: str, kind: str) -> str:
    match = _FIELD.fullmatch(field)
    if match is None:
        return t(f"design_page.{field}") if field in ("size", "channels", "outputs") else field
    known = registry("layer")[kind].options if kind in registry("layer") else {}
    if match[2] in known:
        return capitalized(known[match[2]].label[language()])
    return t("design_page.layers") if match[1] is None else t("design_page.layer_number", number=int(match[1]) + 1)
