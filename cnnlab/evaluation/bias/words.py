"""What stands out in a dataset, in words: the same on the page and in a terminal."""

from __future__ import annotations

from typing import Any

from cnnlab.evaluation.bias.findings import Finding
from cnnlab.evaluation.bias.report import Bias, Looked
from cnnlab.evaluation.groups import words as group_words
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import p_words

FEW = 200  # training images, below which it is said that much may go unseen
_SHARES = ("share", "low", "high", "chance", "recall", "others", "train", "validation", "test")


def source(name: str, kind: str, language: str) -> str:
    """What images are sorted or judged by, as a reader calls it."""
    if name in ("colour", "border") and kind == "statistic":
        return translate(f"bias.by.{name}", language)
    return group_words.title(name, kind, language)


def sentence(found: Finding, language: str) -> str:
    said = translate(f"bias.said.{found.kind}", language, **_shown(found, language))
    also = ", ".join(source(name, found.source_kind, language) for name in found.params.get("also", ()))
    return f"{said} {translate('bias.also', language, sources=also)}" if also else said


def cure(found: Finding, language: str) -> str:
    """What can be done about it."""
    return translate(f"bias.cure.{_cure(found)}", language, source=source(found.source, found.source_kind, language))


def summary(found: Bias, language: str) -> list[str]:
    """How much was looked at, whether anything stands out, whether there was enough to tell."""
    images = formats.Counted(found.images, language)
    lines = []
    told = [one for one in found.looked if one.share is not None]
    if not found.findings:
        lines.append(translate("bias.nothing", language))
    lines.append(translate("bias.looked", language, count=images, sources=len(found.looked)))
    if len(told) < len(found.looked):
        lines.append(translate("bias.too_few", language))
    elif found.images < FEW:
        lines.append(translate("bias.few", language, count=images))
    return lines


def row(one: Looked, language: str) -> list[str]:
    """Source, share of right guesses, its interval, by chance, p, Cramér's V; a dash for what can't be told."""
    if one.share is None or one.low is None or one.high is None or one.adjusted is None:
        shown = [formats.UNKNOWN] * 4
    else:
        low, high = (formats.percent(end, language) for end in (one.low, one.high))
        between = translate("groups.between", language, low=low, high=high)
        chance, p = formats.percent(one.chance, language), p_words(one.adjusted, language).removeprefix("= ")
        shown = [formats.percent(one.share, language), between, chance, p]
    return [source(one.source, one.kind, language), *shown, formats.number(one.v, 2, language)]


def _cure(found: Finding) -> str:
    """Guesses from the picture are mended in another way than guesses from a group."""
    if not found.kind.startswith("gives_away"):
        return found.kind
    if found.source_kind != "statistic":
        return "gives_away_group"
    return "gives_away_border" if found.source == "border" else "gives_away_picture"


def _shown(found: Finding, language: str) -> dict[str, Any]:
    shown: dict[str, Any] = dict(found.params)
    for name in _SHARES:
        if isinstance(shown.get(name), float):
            shown[name] = formats.percent(shown[name], language)
    if isinstance(shown.get("count"), int):
        shown["count"] = formats.Counted(shown["count"], language)
    for name, digits in (("v", 2), ("expected", 0), ("factor", 1)):
        if name in shown:
            shown[name] = formats.number(shown[name], digits, language)
    if isinstance(shown.get("images"), int):
        shown["images"] = formats.whole(shown["images"], language)
    return {**shown, "source": source(found.source, found.source_kind, language) if found.source else ""}
