"""A file is read in one go and a function on one screen: the house's limits, without exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40  # lines, with signature and docstring; tests may tell a longer story


def _product() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "cnnlab").rglob("*.py"))]


def _beside() -> list[Path]:
    return [*sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "docs").glob("*.py"))]


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    """(name, lines), also of methods and of functions in functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_a_room() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in _product() + _beside()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}": count
        for path in _product()
        for name, count in _functions(path)
        if count > LONGEST_FUNCTION
    }
    assert found == {}
