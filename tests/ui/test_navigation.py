"""The table of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnlab.ui import navigation


def test_no_page_brings_an_icon_for_the_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit would fetch it from outside before the frame has set ours: on the first visit to a deep link."""
    declared: list[dict[str, Any]] = []
    monkeypatch.setattr(navigation, "title", str)
    monkeypatch.setattr(navigation.st, "Page", lambda _, **named: declared.append(named))
    navigation.pages()
    assert len(declared) == len(list((Path(__file__).parents[2] / "pages").glob("*.py")))
    assert [named for named in declared if "icon" in named] == []
