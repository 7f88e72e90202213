"""Every sentence a user reads, in English and Spanish, and how numbers and dates are written in each.

Catalogues are YAML files by area (``common.en.yaml``, ``errors.es.yaml``, …), flattened to dotted keys, and
read without a compile step, so a fresh clone speaks both languages. Plural forms follow CLDR through Babel:
an entry may be ``{one: …, other: …}`` and is then chosen by the parameter ``count``.
"""

from __future__ import annotations

import functools
import importlib.resources
import os
from collections.abc import Mapping
from typing import Any

import yaml
from babel import Locale

LANGUAGES = ("en", "es")
LOCALES = {"en": "en_US", "es": "es_MX"}


@functools.cache
def catalogue(language: str) -> dict[str, str | dict[str, str]]:
    """Dotted key -> text (or plural forms) of one language."""
    entries: dict[str, str | dict[str, str]] = {}
    folder = importlib.resources.files(__name__)
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if file.name.endswith(f".{language}.yaml"):
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            _flatten(yaml.load(file.read_text("utf-8"), Loader=loader) or {}, "", entries)  # noqa: S506
    return entries


def _flatten(tree: Mapping[str, Any], prefix: str, into: dict[str, str | dict[str, str]]) -> None:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and "other" not in value:
            _flatten(value, f"{name}.", into)
        elif name in into:
            raise ValueError(f"the catalogue has {name} twice")
        else:
            into[name] = {k: str(v) for k, v in value.items()} if isinstance(value, Mapping) else str(value)


def translate(key: str, language: str, **params: Any) -> str:
    """The text of ``key``, with ``{name}`` filled from ``params``. A missing key is a defect: ``KeyError``."""
    entry = catalogue(language)[key]
    if isinstance(entry, dict):
        form = Locale.parse(LOCALES[language]).plural_form(params["count"])
        entry = entry.get(form, entry["other"])
    return entry.format_map(params) if params else entry


def has(key: str, language: str = "en") -> bool:
    return key in catalogue(language)


def match_language(*wishes: str | None) -> str:
    """The first wish that is one of our languages ("es-MX" and "es_ES.UTF-8" are both Spanish), else English."""
    for wish in wishes:
        code = (wish or "").replace("_", "-").split("-")[0].split(".")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


def environment_language() -> str:
    """The language of the command line: ``CNNLAB_LANGUAGE``, else the locale's."""
    names = ("CNNLAB_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    return match_language(*(os.environ.get(name) for name in names))
