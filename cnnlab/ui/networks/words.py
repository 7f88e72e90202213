"""How networks are named and summed up on pages."""

from __future__ import annotations

import re

from cnnlab.i18n import formats
from cnnlab.models.listing import Family, group_of, number_of
from cnnlab.registry import Entry
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_FIRST_SENTENCE = re.compile(r"(.+?[.!?:])(?:\s|$)", re.DOTALL)
_SHORT_ENOUGH = 40  # a first "sentence" below that is an abbreviation or a heading


def title(entry: Entry) -> str:
    return entry.text("title", language())


def first_sentence(text: str) -> str:
    """Of a paragraph, as plain text; a very short one takes the next along."""
    end = 0
    for found in _FIRST_SENTENCE.finditer(text):
        end = found.end(1)
        if end >= _SHORT_ENOUGH and not text[:end].endswith(":"):
            break
    return text[:end].strip() or text


def group_words(group: str) -> str:
    return t(f"networks_page.group.{group}")


def years(family: Family) -> str:
    """``2015`` or ``2015 – 2017``; empty where it is not known, as with timm's networks."""
    if not all("year" in entry.facts for entry in family.members):
        return ""
    first, last = family.years
    return str(first) if first == last else f"{first}{formats.NBSP}–{formats.NBSP}{last}"


def family_facts(family: Family) -> str:
    """``2015 · 8 networks · 272 k – 58.2 M parameters · from 16 × 16 · pretrained``"""
    words = [said] if (said := years(family)) else []
    if len(family.members) > 1:
        words.append(t("networks_page.networks", count=len(family.members)))
    if extent := family.extent("parameters"):
        words.append(t("networks_page.parameters", parameters=_span(*extent)))
    if smallest := family.extent("minimum_size"):
        words.append(t("networks_page.from_size", size=int(smallest[0])))
    if any(entry.facts.get("pretrained") for entry in family.members):
        words.append(t("networks_page.pretrained"))
    return " · ".join(words)


def facts(entry: Entry) -> str:
    """``2015 · ResNet · ImageNet``, with the paper as a link; Markdown."""
    words = [str(entry.facts["year"])] if "year" in entry.facts else []
    if "family" in entry.facts:
        words.append(plain(str(entry.facts["family"])))
    words.append(group_words(group_of(entry)))
    if "paper" in entry.facts:
        paper = plain(str(entry.facts["paper"]))
        words.append(f"[{paper}]({entry.facts['link']})" if "link" in entry.facts else paper)
    return " · ".join(words)


def hover(family: Family) -> str:
    """What a mark of the timeline says, as plain text."""
    first = family.first
    words = [f"{family.name} · {years(family)}", title(first)] if title(first) != family.name else [years(family)]
    for fact, name in (("parameters", "parameters"), ("macs", "macs")):
        if (value := number_of(first, fact)) is not None:
            words.append(t(f"networks_page.{name}", **{name: formats.short(value, language())}))
    return " · ".join(words)


def _span(low: float, high: float) -> str:
    one, other = (formats.short(value, language()) for value in (low, high))
    return one if one == other else f"{one} – {other}"
