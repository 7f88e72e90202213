"""A fresh server runs a page file without app.py: the guard declares the pages and begins again."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cnnlab.home import Home
from cnnlab.ui import frame
from cnnlab.ui.text import plain
from tests.pages import made_runs
from tests.pages.conftest import Open

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.py")), ids=lambda path: path.stem)
def test_the_guard_is_the_first_statement_of_every_page(page: Path) -> None:
    statements = ast.parse(page.read_text("utf-8")).body[1:]  # after the docstring
    first = next(node for node in statements if not isinstance(node, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "frame.guard()"


def test_a_deep_link_comes_with_its_frame(open_page: Open, home: Home) -> None:
    journal = made_runs.finished(home)
    page = open_page("run", lang="es", run=journal.run_id)
    assert page.title[0].value == plain(journal.experiment().name)
    assert page.sidebar.button_group(key="language_switch")


def test_without_the_guard_the_frame_would_be_missing(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap itself: should Streamlit mend it one day, this fails and the guard can go."""
    monkeypatch.setattr(frame, "guard", lambda: None)
    page = open_page("run", run=made_runs.finished(home).run_id)
    assert page.title
    assert not page.sidebar.button_group
