"""The networks of the registry as people look for them: by group, by family, by words. Reads data files only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import LabError
from cnnlab.models import timm_names
from cnnlab.registry import Entry, registry

GROUPS = ("classic", "compact", "imagenet", "transformer", "hybrid", "own")
_SEARCHED_FACTS = ("family", "year", "paper")


@dataclass(frozen=True)
class Family:
    """Networks of one family within one group, the smallest first."""

    name: str
    group: str
    members: tuple[Entry, ...]

    @property
    def years(self) -> tuple[int, int]:
        """Of its first and its latest network."""
        found = [year_of(entry) for entry in self.members]
        return min(found), max(found)

    @property
    def first(self) -> Entry:
        """The one that it began with: the oldest, the smallest of several."""
        return min(self.members, key=year_of)

    def extent(self, fact: str) -> tuple[float, float] | None:
        """The least and the most of "parameters", "macs" or "minimum_size"; ``None`` where no member states it."""
        found = [value for entry in self.members if (value := number_of(entry, fact)) is not None]
        return (min(found), max(found)) if found else None


def group_of(entry: Entry) -> str:
    return str(entry.facts.get("group", "own"))


def family_of(entry: Entry) -> str:
    return str(entry.facts.get("family", entry.name))


def year_of(entry: Entry) -> int:
    return int(entry.facts.get("year", 9999))


def number_of(entry: Entry, fact: str) -> float | None:
    value = entry.facts.get(fact)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def select(words: str = "", group: str | None = None, *, language: str = "en") -> list[Entry]:
    """Those of ``group`` in which every one of ``words`` occurs: in name, title, family, year, paper or summary.

    In the order of years, then of size. Words that begin with "timm/" search timm's networks instead.
    Raises ``LabError``: "unknown_group", "timm_missing".
    """
    if group is not None and group not in GROUPS:
        raise LabError("unknown_group", field="--group", value=group[:80], known=", ".join(GROUPS))
    if words.strip().casefold().startswith(timm_names.PREFIX):
        return [entry for entry in timm_names.search(words) if group in (None, group_of(entry))]
    wanted = words.casefold().split()
    found = [
        entry
        for entry in registry("architecture").values()
        if group in (None, group_of(entry)) and all(word in _searched(entry, language) for word in wanted)
    ]
    return sorted(found, key=_place)


def families(entries: Iterable[Entry]) -> list[Family]:
    """``entries`` by family, the oldest family first."""
    members: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        members.setdefault((family_of(entry), group_of(entry)), []).append(entry)
    found = [Family(name, group, tuple(sorted(ones, key=_size))) for (name, group), ones in members.items()]
    return sorted(found, key=lambda family: (family.years[0], family.name))


def relatives(entry: Entry) -> Sequence[Entry]:
    """The family of ``entry``, itself among them, the smallest first."""
    known = [other for other in registry("architecture").values() if family_of(other) == family_of(entry)]
    same = [other for other in known if group_of(other) == group_of(entry)]
    return sorted(same, key=_size) if entry in same else [entry]  # one of timm's is in no list


def _searched(entry: Entry, language: str) -> str:
    texts = entry.texts[language]
    facts = [str(entry.facts.get(fact, "")) for fact in _SEARCHED_FACTS]
    return " ".join([entry.name, texts["title"], texts["summary"], *facts]).casefold()


def _size(entry: Entry) -> tuple[Any, ...]:
    return number_of(entry, "parameters") or 0, entry.name


def _place(entry: Entry) -> tuple[Any, ...]:
    return year_of(entry), family_of(entry), *_size(entry)
