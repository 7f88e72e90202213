"""The two catalogues say the same things, and every key that code asks for is there and is asked for."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale

from cnnlab import i18n
from cnnlab.experiment import Experiment
from cnnlab.registry import PACKAGES, registry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "cnnlab").rglob("*.py"))]
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+")
# names that become keys by way of an f-string or a LabError; the last part comes from data
BY_DATA = (
    "error.",
    "choice.",
    "option_choice.",
    "metric.",
    "phase.",
    "progress.",
    "setting.",
    "data.skipped.",
    "data.noted.",
)


def forms(entry: str | dict[str, str]) -> list[str]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def placeholders(entry: str | dict[str, str]) -> set[str]:
    return {name for text in forms(entry) for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def literals() -> Iterator[str]:
    """Every string constant of the sources, docstrings too: a key that is only mentioned in one is seldom unused."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def f_string_patterns() -> Iterator[re.Pattern[str]]:
    """``f"state.{name}"`` as a pattern; f-strings that begin with a variable say nothing."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefix = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+(\.[a-z_]+)*[._a-z]*", prefix) and "." in prefix:
                    parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r".+" for v in node.values]
                    yield re.compile("".join(parts))


def asked_for() -> Iterator[tuple[str, Path, int]]:
    """The literal first argument of every ``t(…)``, ``translate(…)`` and ``output.t(…)``."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("t", "translate"):
                for choice in _constants(node.args[0]):
                    yield choice, path, node.lineno


def _constants(argument: ast.expr) -> list[str]:
    branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    return [node.value for node in branches if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_both_languages_have_the_same_keys() -> None:
    english, spanish = i18n.catalogue("en"), i18n.catalogue("es")
    assert english.keys() ^ spanish.keys() == set()


@pytest.mark.parametrize("key", sorted(i18n.catalogue("en")))
def test_an_entry_has_the_same_placeholders_in_both(key: str) -> None:
    english, spanish = i18n.catalogue("en")[key], i18n.catalogue("es")[key]
    assert placeholders(english) == placeholders(spanish)
    assert isinstance(english, dict) == isinstance(spanish, dict)
    assert all(text.strip() for text in forms(english) + forms(spanish))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_plurals_have_the_forms_their_language_needs(language: str) -> None:
    needed = {Locale.parse(i18n.LOCALES[language]).plural_form(count) for count in (0, 1, 2, 5, 17, 100)}
    for key, entry in i18n.catalogue(language).items():
        if isinstance(entry, dict):
            assert needed <= entry.keys(), key
            assert "count" in placeholders(entry), key


def test_every_key_that_code_asks_for_is_there() -> None:
    known = i18n.catalogue("en").keys()
    missing = {f"{path.name}:{line} {key}" for key, path, line in asked_for() if "." in key and key not in known}
    assert missing == set()


def test_every_error_code_in_the_code_has_its_sentence() -> None:
    known = i18n.catalogue("en").keys()
    missing = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            code = node.args[0]
            raises = node.func.id.endswith("Error") and node.func.id[:-5] in ("Lab", "Experiment", "Data", "Run")
            stated = (raises or node.func.id == "Problem") and isinstance(code, ast.Constant)
            if stated and f"error.{code.value}" not in known:
                missing.add(f"{path.name}:{node.lineno} {code.value}")
    assert missing == set()


def test_no_entry_is_unused() -> None:
    said = set(literals())
    patterns = list(f_string_patterns())
    tails = {text.rpartition(".")[2] for text in said}
    unused = []
    for key in i18n.catalogue("en"):
        by_data = key.startswith(BY_DATA) and (key.rpartition(".")[2] in tails or key in said)
        if key in said or by_data or any(pattern.fullmatch(key) for pattern in patterns):
            continue
        unused.append(key)
    assert unused == []


def test_every_setting_has_a_name_in_both_languages() -> None:
    unnamed = {"schema_version"}
    for field in Experiment().flat():
        if not field.endswith(".options") and field not in unnamed:
            assert i18n.has(f"setting.{field}"), field


@pytest.mark.parametrize("kind", sorted(PACKAGES))
def test_every_choice_of_a_registry_option_has_words(kind: str) -> None:
    for entry in registry(kind).values():
        for option in entry.options.values():
            nested = option.items if isinstance(option.items, dict) else {}
            for one in (option, *nested.values()):
                for choice in (name for name in one.choices if not name.isdecimal()):
                    assert i18n.has(f"option_choice.{choice}"), f"{entry.name}: {choice}"
