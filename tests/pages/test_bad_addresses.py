"""Thirty bad query strings for every page that reads one: a sentence or the page as it begins, never a file opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.home import Home
from tests.pages import made_runs
from tests.pages.conftest import Open
from tests.pages.reading import all_text
from tests.pages.test_run import BAD_IDS

ADDRESSES = [
    ("explain", "run"),
    ("explain", "with"),
    ("explain", "index"),
    ("mistakes", "run"),
    ("mistakes", "index"),
    ("evaluate", "run"),
    ("evaluate", "images"),
    ("predict", "run"),
    ("train", "like"),
    ("train", "draft"),
    ("train", "preset"),
    ("train", "network"),
    ("train", "design"),
    ("train", "dataset"),
    ("data", "dataset"),
    ("networks", "network"),
    ("networks", "dataset"),
    ("design", "network"),
    ("design", "design"),
    ("design", "run"),
    ("design", "draft"),
    ("inside", "run"),
    ("inside", "network"),
    ("inside", "design"),
    ("inside", "dataset"),
    ("laboratory", "variant"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "parameter"), ADDRESSES)
def test_a_bad_query_string(
    open_page: Open, home: Home, monkeypatch: pytest.MonkeyPatch, page: str, parameter: str
) -> None:
    made_runs.finished(home, "a run")
    opened: list[str] = []
    for method in ("read_text", "read_bytes"):
        original = getattr(Path, method)
        monkeypatch.setattr(Path, method, spy(original, opened))
    for bad in BAD_IDS:
        opened.clear()
        app = open_page(page, lang="es", **{parameter: bad})
        assert len(app.error) <= 1, (bad, [error.value for error in app.error])
        said = all_text(app)
        assert "no habíamos previsto" not in said, bad
        assert app.title or app.error, bad
        assert not app.exception, bad
        outside = [name for name in opened if not inside(name, home)]
        assert outside == [], (bad, outside)


def spy(original: object, opened: list[str]) -> object:
    def read(self: Path, *arguments: object, **named: object) -> object:
        opened.append(str(self))
        return original(self, *arguments, **named)  # type: ignore[operator]

    return read


def inside(name: str, home: Home) -> bool:
    """Files of this home, of the product, and of the machine's own description are read at any address."""
    known = (str(home.root), str(Path(__file__).resolve().parents[2]), "/proc/", "/sys/")
    return (name.startswith(known) and ".." not in name) or "site-packages" in name
