"""Names and what stands behind them: a data file and a code file for each entry.

``lenet5.yaml`` (facts, options, texts in both languages) is read to list and to check; ``lenet5.py`` is
imported only when the entry is built. So a page that lists a hundred networks imports no torch.
A file may hold one entry (its stem is the name) or a family: ``entries: [{name: …}, …]`` with one code file.
A member of a family may have its own ``defaults`` of the options that they share; what the file states in ``facts``
and ``texts`` beside ``entries`` holds for each member that does not say otherwise.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.resources
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from cnnlab.errors import ExperimentError, LabError, Problem

PACKAGES = {
    "dataset": "cnnlab.data.sources",
    "architecture": "cnnlab.models.architectures",
    "layer": "cnnlab.models.layers",
    "task": "cnnlab.tasks",
    "explainer": "cnnlab.explain.methods",
    "score": "cnnlab.explain.scores",
}

# Names that another library knows, by their prefix: this module has known(name), entry(name) and module(name), which
# are asked only for such a name. They are not listed.
RESOLVERS = {"architecture": {"timm/": "cnnlab.models.timm_names"}}


class Option(BaseModel):
    """One setting of an entry: what a form shows, a command line takes and ``checked`` holds to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["int", "float", "bool", "choice", "list"]
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    items: Option | dict[str, Option] | None = None  # for "list": what each item is (one value, or named ones)
    label: dict[str, str]
    help: dict[str, str]


class Entry(BaseModel):
    """A registry entry as its data file states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    code: str
    texts: dict[str, dict[str, str]]  # language -> {"title": …, "summary": …}
    facts: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Option] = Field(default_factory=dict)

    def text(self, key: str, language: str) -> str:
        return self.texts[language][key]

    def defaults(self) -> dict[str, Any]:
        return {name: option.default for name, option in self.options.items()}


class Registry(Mapping[str, Entry]):
    """The entries of one kind, in the order of their files. Looking up an unknown name suggests near ones."""

    def __init__(self, kind: str, entries: dict[str, Entry]) -> None:
        self.kind = kind
        self._entries = entries

    def __getitem__(self, name: str) -> Entry:
        if name in self._entries:
            return self._entries[name]
        resolver = self._resolver(name)
        if resolver is None:
            raise unknown_name(self.kind, name, list(self._entries))
        entry: Entry = resolver.entry(name)
        return entry

    def __contains__(self, name: object) -> bool:
        if name in self._entries:
            return True
        resolver = self._resolver(name)
        return resolver is not None and bool(resolver.known(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def module(self, name: str) -> Any:
        """The entry's code, imported now."""
        resolver = None if name in self._entries else self._resolver(name)
        if resolver is not None:
            return resolver.module(name)
        return importlib.import_module(f"{PACKAGES[self.kind]}.{self[name].code}")

    def _resolver(self, name: object) -> ModuleType | None:
        for prefix, module in RESOLVERS.get(self.kind, {}).items():
            if isinstance(name, str) and name.startswith(prefix):
                return importlib.import_module(module)
        return None


def unknown_name(kind: str, name: str, known: list[str], field: str = "") -> LabError:
    near = difflib.get_close_matches(name, known, n=3) or known[:12]
    return LabError(f"unknown_{kind}", field=field or kind, value=name[:80], known=", ".join(near))


@functools.cache
def registry(kind: str) -> Registry:
    """The registry of one kind: "dataset", "architecture", "layer", "task", "explainer" or "score"."""
    entries: dict[str, Entry] = {}
    folder = importlib.resources.files(PACKAGES[kind])
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".yaml"):
            continue
        stem = file.name.removesuffix(".yaml")
        content = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        for stated in content.get("entries", [content]):
            shared = {"name": stem, "code": stem, "options": content.get("options", {})}
            entry = Entry.model_validate(
                {**shared, **_with_own_defaults(stated, content), **_of_family(stated, content)}
            )
            entries[entry.name] = entry
    order = {name: entries[name].facts.get("order", 1000) for name in entries}
    return Registry(kind, dict(sorted(entries.items(), key=lambda item: (order[item[0]], item[0]))))


def _of_family(stated: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """``facts`` and ``texts`` of a member, completed with those of its family."""
    texts, own = content.get("texts", {}), stated.get("texts", {})
    return {
        "facts": {**content.get("facts", {}), **stated.get("facts", {})},
        "texts": {language: {**texts.get(language, {}), **own.get(language, {})} for language in {**texts, **own}},
    }


def _with_own_defaults(stated: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """A member of a family states its own ``defaults`` of the family's options: {"blocks": 3}."""
    own = dict(stated)
    defaults = own.pop("defaults", {})
    if defaults:
        options = own.get("options", content.get("options", {}))
        own["options"] = {**options, **{name: {**options[name], "default": value} for name, value in defaults.items()}}
    return own


def checked(options: Mapping[str, Option], given: Mapping[str, Any], field: str) -> dict[str, Any]:
    """``given`` completed with defaults, every value converted and held to its range.

    Raises ``ExperimentError`` with one problem for each wrong value, named ``field.option``.
    """
    problems: list[Problem] = []
    values = {name: option.default for name, option in options.items()}
    for name, value in given.items():
        where = f"{field}.{name}"
        if name not in options:
            problems.append(Problem("unknown_option", where, {"known": ", ".join(options) or "–"}))
        else:
            values[name] = _checked_value(options[name], value, where, problems)
    if problems:
        raise ExperimentError.from_problems(tuple(problems))
    return values


def _checked_value(option: Option, value: Any, where: str, problems: list[Problem]) -> Any:
    if option.type == "bool":
        if not isinstance(value, bool):
            problems.append(Problem("not_a_boolean", where, {"value": str(value)[:80]}))
        return value
    if option.type == "choice":
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # YAML reads a choice such as 2 as a number
        if value not in option.choices:
            known = ", ".join(option.choices)
            problems.append(Problem("not_a_choice", where, {"value": str(value)[:80], "known": known}))
        return value
    if option.type == "list":
        return _checked_list(option, value, where, problems)
    return _checked_number(option, value, where, problems)


def _checked_number(option: Option, value: Any, where: str, problems: list[Problem]) -> Any:
    try:
        number = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    whole = option.type == "int"
    if number != number or (whole and not number.is_integer()):
        code = "not_a_whole_number" if whole else "not_a_number"
        problems.append(Problem(code, where, {"value": str(value)[:80]}))
        return value
    kind = int if whole else float  # "use 1 or more", not "1.0"
    if option.minimum is not None and number < option.minimum:
        problems.append(Problem("too_small", where, {"value": value, "limit": kind(option.minimum)}))
    if option.maximum is not None and number > option.maximum:
        problems.append(Problem("too_large", where, {"value": value, "limit": kind(option.maximum)}))
    return int(number) if whole and abs(number) < 2**63 else number


def _checked_list(option: Option, value: Any, where: str, problems: list[Problem]) -> Any:
    if not isinstance(value, list | tuple):
        problems.append(Problem("not_a_list", where, {"value": str(value)[:80]}))
        return value
    if not (option.minimum or 0) <= len(value) <= (option.maximum or 64):
        limits = {"low": int(option.minimum or 0), "high": int(option.maximum or 64)}
        problems.append(Problem("list_length", where, {"value": len(value), **limits}))
        return value
    if isinstance(option.items, Option):
        return [_checked_value(option.items, item, f"{where}[{i}]", problems) for i, item in enumerate(value)]
    items = []
    for i, item in enumerate(value):
        try:
            items.append(
                checked(option.items or {}, item if isinstance(item, Mapping) else {"?": item}, f"{where}[{i}]")
            )
        except ExperimentError as error:
            problems.extend(error.problems)
    return items
