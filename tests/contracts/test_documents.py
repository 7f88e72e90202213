"""What the README and the architecture page name is there, and what is there is named."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest

from cnnlab.cli.arguments import build_parser

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.es.md")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ENDINGS = (".py", ".md", ".yaml")


def _commands() -> set[str]:
    (found,) = (action for action in build_parser("en")._actions if isinstance(action, argparse._SubParsersAction))
    return set(found.choices)


def _told(readme: str) -> str:
    """The first cells of the table of commands: it is the one whose head comes after "python -m cnnlab COMMAND"."""
    text = (ROOT / readme).read_text("utf-8")
    table = text[text.index("python -m cnnlab COM") :]
    rows = table[table.index("|---|---|") :].partition("\n\n")[0].splitlines()[1:]
    return "\n".join(re.split(r"(?<!\\)\|", row)[1] for row in rows)


@pytest.mark.parametrize("readme", READMES)
def test_every_command_has_a_row(readme: str) -> None:
    told = _told(readme)
    assert {name for name in _commands() if not re.search(rf"`{re.escape(name)}[ `]", told)} == set()


@pytest.mark.parametrize("readme", READMES)
def test_every_row_is_a_command(readme: str) -> None:
    assert set(re.findall(r"`([a-z][a-z-]*)", _told(readme))) <= _commands()


def test_every_part_of_the_product_is_described() -> None:
    house = ARCHITECTURE[ARCHITECTURE.index("```") : ARCHITECTURE.index("Imports run downward")]
    parts = {path.stem for path in (ROOT / "cnnlab").iterdir() if not path.name.startswith(("_", "py.typed"))}
    assert {name for name in parts if not re.search(rf"\b{name}\b", house)} == set()


def test_what_the_architecture_names_is_there() -> None:
    """Files by their names, functions by their module: ``module.function(``."""
    folders = (ROOT / name for name in ("cnnlab", "docs", "tests"))
    files = {"app.py", *(path.name for folder in folders for path in folder.rglob("*.*"))}
    named = re.findall(r"`([\w./-]+)`", ARCHITECTURE)
    assert {word for word in named if word.endswith(ENDINGS) and Path(word).name not in files} == set()
    known: dict[str, set[str]] = {}
    for path in (ROOT / "cnnlab").rglob("*.py"):
        names = {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if hasattr(node, "name")}
        known.setdefault(path.parent.name if path.stem == "__init__" else path.stem, set()).update(names)
    called = {(m[0].rpartition(".")[2], m[1]) for m in re.findall(r"\b([a-z_.]+)\.(\w+)\(", ARCHITECTURE)}
    assert {f"{module}.{name}" for module, name in called if module in known and name not in known[module]} == set()
