"""Pages about one run: a damaged one is not chosen by itself, and one that is asked for says what is damaged."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from tests.evaluation.made_weights import half_right, untrained
from tests.pages.conftest import Open


@pytest.fixture
def two(home: Home) -> tuple[str, str]:
    """A whole run, and a newer one whose result can't be read."""
    whole, broken = untrained(home), untrained(home)
    half_right(whole, home)
    (broken.folder / "result.json").write_text("{", "utf-8")
    return whole.run_id, broken.run_id


def test_the_newest_whole_run_is_opened(open_page: Open, two: tuple[str, str]) -> None:
    page = open_page("evaluate")
    assert not page.error
    assert two[0] in page.query_params["run"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_is_damaged_is_said(open_page: Open, home: Home, two: tuple[str, str], lang: str) -> None:
    (home.run_folder(two[1]) / "epochs.jsonl").write_text("not JSON\n", "utf-8")
    page = open_page("explain", lang=lang, run=two[1])
    assert ["epochs" in one.value and two[1] in one.value for one in page.error] == [True]
